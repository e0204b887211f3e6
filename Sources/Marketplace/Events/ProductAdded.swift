import JSON

/// A seller offers a product.
public struct ProductAdded: Equatable, Sendable {
    public var productId: Text
    public var sellerId: Text
    public var sku: Text
    public var title: Text
    public var description: Text?
    public var category: Text
    public var price: Amount
    public var imageUrl: Text?
    public var stock: Int64
    /// What an outside list says there is, if the product comes from one.
    public var listStock: Int64?

    public init(
        productId: Text, sellerId: Text, sku: Text, title: Text, description: Text? = nil, category: Text,
        price: Amount, imageUrl: Text? = nil, stock: Int64, listStock: Int64? = nil
    ) {
        self.productId = productId
        self.sellerId = sellerId
        self.sku = sku
        self.title = title
        self.description = description
        self.category = category
        self.price = price
        self.imageUrl = imageUrl
        self.stock = stock
        self.listStock = listStock
    }
}

extension ProductAdded {
    func writeData(into writer: inout ByteWriter, currency: Currency) {
        writer.append("{")
        writer.append(field: "\"productId\":", productId)
        writer.append(field: ",\"sellerId\":", sellerId)
        writer.append(field: ",\"sku\":", sku)
        writer.append(field: ",\"title\":", title)
        writer.append(field: ",\"description\":", description)
        writer.append(field: ",\"category\":", category)
        writer.append(",\"price\":")
        writer.append(money: price, currency)
        writer.append(field: ",\"imageUrl\":", imageUrl)
        writer.append(",\"stock\":")
        writer.append(decimal: stock)
        writer.append(field: ",\"listStock\":", listStock)
        writer.append("}")
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject) throws(EventDecodingError) {
        productId = try data.text("productId")
        sellerId = try data.text("sellerId")
        sku = try data.text("sku")
        title = try data.text("title")
        description = try data.optionalText("description")
        category = try data.text("category")
        price = try data.amount("price")
        imageUrl = try data.optionalText("imageUrl")
        stock = try data.integer("stock")
        listStock = try data.optionalInteger("listStock")
    }
}
