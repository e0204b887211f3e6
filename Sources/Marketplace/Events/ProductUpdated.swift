import JSON

/// A product is described differently. What it does not tell stayed.
public struct ProductUpdated: Equatable, Sendable {
    public var productId: Text
    public var title: Text?
    public var description: Change<Text>
    public var category: Text?
    public var imageUrl: Change<Text>

    public init(
        productId: Text, title: Text? = nil, description: Change<Text> = .keep, category: Text? = nil,
        imageUrl: Change<Text> = .keep
    ) {
        self.productId = productId
        self.title = title
        self.description = description
        self.category = category
        self.imageUrl = imageUrl
    }
}

extension ProductUpdated {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"productId\":", productId)
        writer.append(field: ",\"title\":", title)
        writer.append(field: ",\"description\":", description)
        writer.append(field: ",\"category\":", category)
        writer.append(field: ",\"imageUrl\":", imageUrl)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        productId = try data.text("productId")
        title = try data.optionalText("title")
        description = try data.change("description")
        category = try data.optionalText("category")
        imageUrl = try data.change("imageUrl")
    }
}
