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

    /// Each command's fields with two values of each.
    private static let commands: [(name: String, fields: [(name: String, one: String, other: String)])] = [
        (
            "RegisterUser",
            [
                ("userId", text("x"), text("y")), ("name", text("x"), text("y")), ("email", text("a@b"), text("a@c")),
                ("role", text("customer"), text("seller")), ("country", text("x"), text("y")), occurredAt,
            ]
        ),
        (
            "UpdateUser",
            [
                ("userId", text("x"), text("y")), ("name", text("x"), text("y")), ("email", text("a@b"), "null"),
                ("country", text("x"), "null"), occurredAt,
            ]
        ),
        (
            "AddProduct",
            [
                ("productId", text("x"), text("y")), ("sellerId", text("x"), text("y")), ("sku", text("x"), text("y")),
                ("title", text("x"), text("y")), ("description", text("x"), text("")),
                ("category", text("x"), text("y")),
                ("price", money(1), money(2)), ("imageUrl", text("http://x"), text("http://y")), ("stock", "1", "2"),
                occurredAt,
            ]
        ),
        (
            "UpdateProduct",
            [
                ("productId", text("x"), text("y")), ("title", text("x"), text("y")),
                ("description", text("x"), "null"),
                ("category", text("x"), text("y")), ("imageUrl", text("http://x"), "null"), occurredAt,
            ]
        ),
        ("ChangePrice", [("productId", text("x"), text("y")), ("price", money(1), money(2)), occurredAt]),
        ("AdjustStock", [("productId", text("x"), text("y")), ("delta", "1", "-1"), occurredAt]),
        ("DiscontinueProduct", [("productId", text("x"), text("y")), occurredAt]),
        (
            "ReviewProduct",
            [
                ("productId", text("x"), text("y")), ("customerId", text("x"), text("y")), ("rating", "1", "2"),
                ("text", text("x"), "null"), occurredAt,
            ]
        ),
        ("PayOrder", [("orderId", text("x"), text("y")), occurredAt]),
        ("ShipOrder", [("orderId", text("x"), text("y")), occurredAt]),
        ("DeliverOrder", [("orderId", text("x"), text("y")), occurredAt]),
        ("CancelOrder", [("orderId", text("x"), text("y")), ("reason", text("x"), "null"), occurredAt]),
        ("RefundOrder", [("orderId", text("x"), text("y")), ("reason", text("x"), text("")), occurredAt]),
        (
            "CreateOrder",
            [
                ("orderId", text("x"), text("y")), ("customerId", text("x"), text("y")),
                ("lines", lines(#"{"productId":"p","quantity":1}"#), lines(#"{"productId":"p","quantity":2}"#)),
                ("expectedTotal", money(1), money(2)), ("status", text("created"), text("paid")), occurredAt,
            ]
        ),
    ]

    private static let occurredAt = ("occurredAt", text("2010-12-01"), text("2010-12-02"))
    private static func text(_ text: String) -> String { "\"\(text)\"" }
    private static func money(_ amount: Int) -> String { #"{"amount":\#(amount),"currency":"GBP"}"# }
    private static func lines(_ lines: String...) -> String { "[\(lines.joined(separator: ","))]" }

    @Test func everyFieldCounts() throws {
        var hashes: Set<Fingerprint> = []
        var count = 0
        for command in Self.commands {
            for changed in command.fields.indices {
                let fields = command.fields.enumerated().map { index, field in
                    "\"\(field.name)\":\(index == changed ? field.other : field.one)"
                }
                hashes.insert(try hash(command.name, "{\(fields.joined(separator: ","))}"))
                count += 1
            }
            let plain = command.fields.map { "\"\($0.name)\":\($0.one)" }
            hashes.insert(try hash(command.name, "{\(plain.joined(separator: ","))}"))
            count += 1
        }
        #expect(hashes.count == count)
    }

    @Test func theSameTextElsewhereIsAnotherCommand() throws {
        let bodies: [(String, String)] = [
            ("RegisterUser", #"{"userId":"u","name":"n","role":"customer"}"#),
            ("RegisterUser", #"{"name":"n","role":"customer"}"#),
            ("RegisterUser", #"{"userId":"u","name":"n","role":"customer","email":"a@b"}"#),
            ("RegisterUser", #"{"userId":"u","name":"n","role":"customer","country":"a@b"}"#),
            ("RegisterUser", #"{"userId":"un","name":"x","role":"customer"}"#),
            ("RegisterUser", #"{"userId":"u","name":"nx","role":"customer"}"#),
            ("UpdateUser", #"{"userId":"u","name":"n"}"#),
            ("UpdateUser", #"{"userId":"u","email":null}"#),
            ("UpdateUser", #"{"userId":"u","country":null}"#),
            ("UpdateUser", #"{"userId":"u","country":"n"}"#),
            ("UpdateProduct", #"{"productId":"u","title":"n"}"#),
            ("UpdateProduct", #"{"productId":"u","category":"n"}"#),
            ("UpdateProduct", #"{"productId":"u","description":"n"}"#),
            ("UpdateProduct", #"{"productId":"u","description":null}"#),
            ("UpdateProduct", #"{"productId":"u","imageUrl":null}"#),
            ("AdjustStock", #"{"productId":"u","delta":0}"#),
            ("AdjustStock", #"{"productId":"u","delta":1}"#),
            ("AdjustStock", #"{"productId":"u","stock":0}"#),
            ("AdjustStock", #"{"productId":"u","stock":1}"#),
            ("AdjustStock", #"{"productId":"u","listStock":0}"#),
            ("AdjustStock", #"{"productId":"u","listStock":1}"#),
            (
                "AddProduct",
                #"{"sellerId":"s","sku":"k","title":"T","category":"c","price":\#(Self.money(1)),"stock":1}"#
            ),
            (
                "AddProduct",
                #"{"sellerId":"s","sku":"k","title":"T","category":"c","price":\#(Self.money(1)),"listStock":1}"#
            ),
            ("ChangePrice", #"{"productId":"u","price":\#(Self.money(1))}"#),
            ("CreateOrder", #"{"customerId":"c","lines":[{"productId":"p","quantity":1}]}"#),
            ("CreateOrder", #"{"customerId":"c","lines":[{"productId":"q","quantity":1}]}"#),
            (
                "CreateOrder",
                #"{"customerId":"c","lines":[{"productId":"p","quantity":1},{"productId":"p","quantity":1}]}"#
            ),
            ("CreateOrder", #"{"customerId":"c","lines":[{"productId":"p","quantity":2}]}"#),
            (
                "CreateOrder",
                #"{"customerId":"c","lines":[{"productId":"p","quantity":1,"unitPrice":\#(Self.money(1))}]}"#
            ),
            (
                "CreateOrder",
                #"{"customerId":"c","lines":[{"productId":"p","quantity":1}],"expectedTotal":\#(Self.money(1))}"#
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
        // As they were before there were `stock` and `listStock` of the one and `listStock` of the other.
        #expect(
            try hash("AdjustStock", #"{"productId":"p","delta":-3}"#)
                == Fingerprint(high: 0xB74F_D622_201B_20AB, low: 0xDF03_89F1_C0AD_C847))
        let product =
            #"{"productId":"p","sellerId":"s","sku":"k","title":"T","category":"c","price":\#(Self.money(1)),"stock":5}"#
        #expect(try hash("AddProduct", product) == Fingerprint(high: 0x7157_BEA6_BC55_46F3, low: 0xA60C_F81C_E90A_B506))
    }
}
