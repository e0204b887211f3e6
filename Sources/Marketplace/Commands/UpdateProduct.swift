import JSON

/// Absent fields stay as they are.
public struct UpdateProduct: Equatable, Sendable {
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

extension UpdateProduct {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        productId = decoder.text("productId", .id, from: &object)
        title = decoder.replacement("title", .title, from: &object)
        description = decoder.change("description", .prose, from: &object)
        category = decoder.replacement("category", .title, from: &object)
        imageUrl = decoder.change("imageUrl", .imageUrl, from: &object)
        if title == nil, description == .keep, category == nil, imageUrl == .keep {
            decoder.refuseEmptyUpdate("title, description, category or imageUrl")
        }
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(productId)
        encoder.append(title)
        encoder.append(description)
        encoder.append(category)
        encoder.append(imageUrl)
    }
}
