import Marketplace
import Testing

@Suite struct CommandHashTests {
    private func hash(_ name: String, _ body: String) throws -> Fingerprint {
        try decode(name, body, imports: true).hash
    }

    @Test func anotherSpellingOfTheSameFieldsHasTheSameHash() throws {
        let plain =
            #"{"sellerId":"s","sku":"Aé","title":"T","category":"c","price":{"amount":1,"currency":"GBP"},"stock":5}"#
        let respelled = """
            { "stock" : 5, "price": {"currency":"GBP", "amount":1 },
              "\\u0073ku":"A\\u00E9", "category":"c", "title":"T", "sellerId":"s", "description": null, "productId": null }
            """
        #expect(try hash("AddProduct", plain) == hash("AddProduct", respelled))
        let time = #"{"productId":"p","occurredAt":"2010-12-01T08:26:00Z"}"#
        let sameTime = #"{"occurredAt":"2010-12-01T09:26:00.000+01:00","productId":"p"}"#
        #expect(try hash("DiscontinueProduct", time) == hash("DiscontinueProduct", sameTime))
    }

    @Test func idsThatWereMadeDoNotCount() throws {
        let order = #"{"customerId":"c","lines":[{"productId":"p","quantity":1}]}"#
        #expect(try hash("CreateOrder", order) == hash("CreateOrder", order))
        let chosen = #"{"orderId":"made-1","customerId":"c","lines":[{"productId":"p","quantity":1}]}"#
        #expect(try hash("CreateOrder", order) != hash("CreateOrder", chosen))
    }

    @Test func everyFieldCounts() throws {
        let bodies: [(String, String)] = [
            ("RegisterUser", #"{"userId":"u","name":"n","role":"customer"}"#),
            ("RegisterUser", #"{"name":"n","role":"customer"}"#),
            ("RegisterUser", #"{"userId":"u","name":"m","role":"customer"}"#),
            ("RegisterUser", #"{"userId":"u","name":"n","role":"seller"}"#),
            ("RegisterUser", #"{"userId":"u","name":"n","role":"customer","email":"a@b"}"#),
            ("RegisterUser", #"{"userId":"u","name":"n","role":"customer","country":"a@b"}"#),
            ("RegisterUser", #"{"userId":"u","name":"n","role":"customer","occurredAt":"2010-12-01"}"#),
            ("RegisterUser", #"{"userId":"u","name":"n","role":"customer","occurredAt":"2010-12-02"}"#),
            ("RegisterUser", #"{"userId":"un","name":"x","role":"customer"}"#),
            ("RegisterUser", #"{"userId":"u","name":"nx","role":"customer"}"#),
            ("UpdateUser", #"{"userId":"u","name":"n"}"#),
            ("UpdateUser", #"{"userId":"u","name":"n","email":null}"#),
            ("UpdateUser", #"{"userId":"u","name":"n","country":null}"#),
            ("UpdateUser", #"{"userId":"u","name":"n","country":"x"}"#),
            ("UpdateProduct", #"{"productId":"u","title":"n"}"#),
            ("UpdateProduct", #"{"productId":"u","category":"n"}"#),
            ("UpdateProduct", #"{"productId":"u","description":"n"}"#),
            ("UpdateProduct", #"{"productId":"u","description":null}"#),
            ("UpdateProduct", #"{"productId":"u","imageUrl":null}"#),
            ("AdjustStock", #"{"productId":"u","delta":1}"#),
            ("AdjustStock", #"{"productId":"u","delta":-1}"#),
            ("ChangePrice", #"{"productId":"u","price":{"amount":1,"currency":"GBP"}}"#),
            ("ChangePrice", #"{"productId":"u","price":{"amount":2,"currency":"GBP"}}"#),
            ("DiscontinueProduct", #"{"productId":"u"}"#),
            ("CreateOrder", #"{"customerId":"c","lines":[{"productId":"p","quantity":1}]}"#),
            ("CreateOrder", #"{"customerId":"c","lines":[{"productId":"p","quantity":2}]}"#),
            (
                "CreateOrder",
                #"{"customerId":"c","lines":[{"productId":"p","quantity":1},{"productId":"p","quantity":1}]}"#
            ),
            (
                "CreateOrder",
                #"{"customerId":"c","lines":[{"productId":"p","quantity":1,"unitPrice":{"amount":1,"currency":"GBP"}}]}"#
            ),
            ("CreateOrder", #"{"customerId":"c","lines":[{"productId":"p","quantity":1}],"status":"created"}"#),
            ("CreateOrder", #"{"customerId":"c","lines":[{"productId":"p","quantity":1}],"status":"paid"}"#),
            (
                "CreateOrder",
                #"{"customerId":"c","lines":[{"productId":"p","quantity":1}],"expectedTotal":{"amount":1,"currency":"GBP"}}"#
            ),
        ]
        let hashes = try bodies.map { try hash($0.0, $0.1) }
        #expect(Set(hashes).count == bodies.count)
    }

    /// Hashes are in logs: a change of the canonical form would make every remembered command look like another. The figure was
    /// made apart from this code, from the form that `CanonicalEncoder` describes.
    @Test func theCanonicalFormNeverChanges() throws {
        let body = #"{"userId":"u1","name":"Ann","email":"a@b","role":"seller"}"#
        #expect(try hash("RegisterUser", body) == Fingerprint(high: 0x46C2_4B7B_9078_A868, low: 0x333F_3D4D_3E7A_6997))
    }
}
