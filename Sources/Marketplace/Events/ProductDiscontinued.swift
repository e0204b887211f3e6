import JSON

/// The product left every list for good; its sku stays taken.
public struct ProductDiscontinued: Equatable, Sendable {
    public var productId: Text

    public init(
        productId: Text
    ) {
        self.productId = productId
    }
}

extension ProductDiscontinued {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"productId\":", productId)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        productId = try data.text("productId")
    }
}
