import JSON

/// A seller offers a product.
public struct AddProduct: Equatable, Sendable {
    /// The client's choice, or the id made for this command when the client chose none.
    public var productId: Text
    public var sellerId: Text
    /// Unique among the seller's products.
    public var sku: Text
    public var title: Text
    public var description: Text?
    public var category: Text
    public var price: Amount
    public var imageUrl: Text?
    /// Units to sell.
    public var stock: Int64
    /// What an outside list says there is to sell, if one does: then the stock is that.
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

extension AddProduct {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        productId = decoder.chosenId("productId", from: &object)
        sellerId = decoder.text("sellerId", .id, from: &object)
        sku = decoder.text("sku", .sku, from: &object)
        title = decoder.text("title", .title, from: &object)
        description = decoder.optionalText("description", .prose, from: &object)
        category = decoder.text("category", .title, from: &object)
        price = decoder.amount("price", in: Bounds.price, from: &object)
        imageUrl = decoder.optionalText("imageUrl", .imageUrl, from: &object)
        let units = decoder.oneInteger(of: [("stock", Bounds.stock), ("listStock", Bounds.stock)], from: &object)
        stock = units.value
        listStock = units.index == 1 ? units.value : nil
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(productId)
        encoder.append(sellerId)
        encoder.append(sku)
        encoder.append(title)
        encoder.append(description)
        encoder.append(category)
        encoder.append(price)
        encoder.append(imageUrl)
        encoder.append(stock)
        if listStock != nil { encoder.append(listStock) }
    }
}
