import JSON
import Marketplace
import Testing

@Suite struct CommandDecodingTests {
    private let product =
        #"{"productId":"p1","sellerId":"s1","sku":"K","title":"Lamp","category":"home","price":{"amount":1999,"currency":"GBP"},"stock":5}"#

    @Test func aWholeCommandIsDecoded() throws {
        let submitted = try decode("AddProduct", product)
        #expect(
            submitted.command
                == .addProduct(
                    AddProduct(
                        productId: "p1", sellerId: "s1", sku: "K", title: "Lamp", category: "home", price: 1999, stock: 5)))
        #expect(submitted.occurredAt == nil)
    }
}
