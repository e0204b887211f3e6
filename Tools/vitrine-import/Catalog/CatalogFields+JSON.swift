import JSON
import Marketplace

extension CatalogFields {
    /// Reads the object of a line. Fields that nobody knows are added to `unknown`.
    init(_ line: RawSpan, parser: inout JSONParser, unknown: inout Set<String>) throws(CatalogFault) {
        let value: JSONValue
        do throws(JSONError) { value = try parser.parse(line) } catch { throw CatalogFault("line", error.detail) }
        guard var object = value.object else { throw CatalogFault("line", "is no JSON object") }
        productId = try Self.text("productId", &object)
        sellerId = try Self.text("sellerId", &object)
        // Left for the unknown ones to name when there is a sellerId.
        if sellerId == nil { sellerId = try Self.text("seller", &object) }
        sellerName = try Self.text("sellerName", &object)
        sku = try Self.text("sku", &object)
        title = try Self.text("title", &object)
        description = try Self.change("description", &object)
        category = try Self.text("category", &object)
        price = try Self.integer("priceMinor", &object)
        if let value = object.take("price") {
            guard var money = value.object else {
                throw CatalogFault("price", #"is no {"amount": 1999, "currency": "GBP"}"#)
            }
            price = try Self.integer("amount", &money)
            currency = try Self.text("currency", &money)
        }
        imageUrl = try Self.change("imageUrl", &object)
        stock = try Self.integer("stock", &object)
        occurredAt = try Self.text("occurredAt", &object)
        guard object.hasLeftover else { return }
        for member in object.leftover {
            guard !member.isRepeated else { throw CatalogFault(member.name, "is there twice") }
            unknown.insert(member.name)
        }
    }

    /// nil for an absent field and for `null`, which AddProduct takes for absent too.
    @_lifetime(object: copy object)
    private static func text(_ name: StaticString, _ object: inout JSONObject) throws(CatalogFault) -> Text? {
        guard let value = object.take(name), !value.isNull else { return nil }
        guard let string = value.string else { throw CatalogFault("\(name)", "is no string") }
        return Text(string)
    }

    @_lifetime(object: copy object)
    private static func change(_ name: StaticString, _ object: inout JSONObject) throws(CatalogFault) -> Change<Text> {
        guard let value = object.take(name) else { return .keep }
        guard !value.isNull else { return .clear }
        guard let string = value.string else { throw CatalogFault("\(name)", "is no string") }
        return .set(Text(string))
    }

    @_lifetime(object: copy object)
    private static func integer(_ name: StaticString, _ object: inout JSONObject) throws(CatalogFault) -> Int64? {
        guard let value = object.take(name), !value.isNull else { return nil }
        guard let number = value.int64 else { throw CatalogFault("\(name)", "is no whole number") }
        return number
    }
}
