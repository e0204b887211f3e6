import Marketplace
import Testing

/// Each bound of the contract at its edge: the last value inside and the first outside.
@Suite struct CommandBoundsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let command: String
        let field: String
        let json: String
        let isAccepted: Bool
        var testDescription: String { "\(command).\(field) \(json.prefix(40)) \(json.utf8.count) bytes" }
    }

    private static func text(_ length: Int, of character: String = "x") -> String {
        "\"" + String(repeating: character, count: length) + "\""
    }

    private static func cases(_ command: String, _ field: String, accepted: [String], refused: [String]) -> [Case] {
        accepted.map { Case(command: command, field: field, json: $0, isAccepted: true) }
            + refused.map { Case(command: command, field: field, json: $0, isAccepted: false) }
    }

    private static let id = (
        accepted: ["\"a\"", "\"0\"", "\"Z9._~:-\"", text(64)],
        refused: [
            "\"\"", text(65), "\"_a\"", "\"-a\"", "\".a\"", "\"a b\"", "\"a/b\"", "\"é\"", "\"a\\u0000\"", "\"a@\"",
        ]
    )

    private static let title = (
        accepted: ["\" \"", text(200), text(200, of: "😀"), text(200, of: "é"), #""\u00a0""#],
        refused: [
            "\"\"", text(201), text(201, of: "😀"), #""a\n""#, #""a\tb""#, #""\u0000""#, #""\u001f""#, #""\u007f""#,
            #""\u0080""#,
            #""\u009f""#,
        ]
    )

    private static let prose = (
        accepted: ["\"\"", #""a\nb\r\nc\r""#, text(10_000), text(10_000, of: "é")],
        refused: [text(10_001), #""a\tb""#, #""\u000b""#, #""\u0085""#, #""\u007f""#]
    )

    private static let reason = (
        accepted: ["null", "\"\"", "\"too late\"", text(10_000), text(10_000, of: "😀")],
        refused: [text(10_001), #""a\nb""#, #""a\tb""#, #""\u0085""#, "7", "[]"]
    )

    private static let url = (
        accepted: [
            "\"http://h\"", "\"https://example.org/a?b#c\"", "\"HTTPS://X\"", "\"http://u:p@h:80/\"",
            "\"http://[::1]/\"",
            "\"https://h/" + String(repeating: "x", count: 2_038) + "\"",
        ],
        refused: [
            "\"\"", "\"ftp://h\"", "\"//h\"", "\"http://\"", "\"http:///x\"", "\"http://?q\"", "\"http://:80/\"",
            "\"http://u@/\"",
            "\"http://u@:80\"", "\"https://h/a b\"", "\"javascript:alert(1)\"", "\"http:/h\"", #""http://h/\n""#,
            "\"https://h/" + String(repeating: "x", count: 2_039) + "\"",
        ]
    )

    private static let email = (
        accepted: ["\"a@b\"", "\"" + String(repeating: "x", count: 252) + "@b\""],
        refused: [
            "\"\"", "\"a\"", "\"@\"", "\"@b\"", "\"a@\"", "\"a@b@c\"", #""a\n@b""#,
            "\"" + String(repeating: "x", count: 253) + "@b\"",
        ]
    )

    private static func money(_ amount: String) -> String { #"{"amount":\#(amount),"currency":"GBP"}"# }

    private static let numbersOutOfBounds = [
        "1.0", "1e2", "\"1\"", "true", "18446744073709551616", "1e999", "-9223372036854775809",
    ]

    private static let all: [Case] =
        cases("RegisterUser", "userId", accepted: id.accepted, refused: id.refused)
        + cases("UpdateUser", "userId", accepted: id.accepted, refused: id.refused + ["null"])
        + cases("AddProduct", "sellerId", accepted: id.accepted, refused: id.refused + ["null"])
        + cases("CreateOrder", "orderId", accepted: id.accepted + ["null"], refused: id.refused)
        + cases("RegisterUser", "name", accepted: title.accepted, refused: title.refused)
        + cases("AddProduct", "title", accepted: title.accepted, refused: title.refused)
        + cases("AddProduct", "category", accepted: title.accepted, refused: title.refused)
        + cases("UpdateProduct", "title", accepted: title.accepted, refused: title.refused + ["null"])
        + cases("AddProduct", "sku", accepted: [text(128), "\" \""], refused: [text(129), "\"\"", #""\n""#])
        + cases("RegisterUser", "country", accepted: [text(64), "null"], refused: [text(65), "\"\""])
        + cases("UpdateUser", "country", accepted: [text(64), "null"], refused: [text(65), "\"\""])
        + cases("RegisterUser", "email", accepted: email.accepted, refused: email.refused)
        + cases("UpdateUser", "email", accepted: email.accepted + ["null"], refused: email.refused)
        + cases("AddProduct", "description", accepted: prose.accepted, refused: prose.refused)
        + cases("UpdateProduct", "description", accepted: prose.accepted + ["null"], refused: prose.refused)
        + cases("AddProduct", "imageUrl", accepted: url.accepted, refused: url.refused)
        + cases("UpdateProduct", "imageUrl", accepted: url.accepted + ["null"], refused: url.refused)
        + cases(
            "AddProduct", "stock", accepted: ["0", "1000000000000", "-0"],
            refused: ["-1", "1000000000001"] + numbersOutOfBounds)
        + cases(
            "AdjustStock", "delta", accepted: ["-1000000000000", "0", "1000000000000"],
            refused: ["-1000000000001", "1000000000001"] + numbersOutOfBounds)
        + cases(
            "AdjustStock", "stock", accepted: ["0", "1000000000000"],
            refused: ["-1", "1000000000001", "null"] + numbersOutOfBounds)
        + cases(
            "AdjustStock", "listStock", accepted: ["0", "1000000000000"],
            refused: ["-1", "1000000000001", "null"] + numbersOutOfBounds)
        + cases(
            "AddProduct", "listStock", accepted: ["0", "1000000000000"],
            refused: ["-1", "1000000000001", "null"] + numbersOutOfBounds)
        + cases("ReviewProduct", "productId", accepted: id.accepted, refused: id.refused + ["null"])
        + cases("ReviewProduct", "customerId", accepted: id.accepted, refused: id.refused + ["null"])
        + cases("ReviewProduct", "text", accepted: prose.accepted + ["null"], refused: prose.refused + ["7"])
        + cases("ReviewProduct", "rating", accepted: ["1", "5"], refused: ["0", "6", "null"] + numbersOutOfBounds)
        + cases("PayOrder", "orderId", accepted: id.accepted, refused: id.refused + ["null"])
        + cases("ShipOrder", "orderId", accepted: id.accepted, refused: id.refused + ["null"])
        + cases("DeliverOrder", "orderId", accepted: id.accepted, refused: id.refused + ["null"])
        + cases("CancelOrder", "orderId", accepted: id.accepted, refused: id.refused + ["null"])
        + cases("RefundOrder", "orderId", accepted: id.accepted, refused: id.refused + ["null"])
        + cases("CancelOrder", "reason", accepted: reason.accepted, refused: reason.refused)
        + cases("RefundOrder", "reason", accepted: reason.accepted, refused: reason.refused)
        + cases(
            "ChangePrice", "price", accepted: [money("1"), money("99999999999")],
            refused: (["0", "-1", "100000000000", "null"] + numbersOutOfBounds).map(money))
        + cases(
            "CreateOrder", "expectedTotal", accepted: [money("1"), money("10000000000000"), "null"],
            refused: [money("-1"), money("10000000000001")])
        + cases(
            "CreateOrder", "lines",
            accepted: [lines(1), lines(1_000), lines(1, quantity: "1000000")],
            refused: [lines(0), lines(1_001), lines(1, quantity: "0"), lines(1, quantity: "1000001")]
                + numbersOutOfBounds.map { lines(1, quantity: $0) })

    private static func lines(_ count: Int, quantity: String = "1") -> String {
        "[" + Array(repeating: #"{"productId":"p","quantity":\#(quantity)}"#, count: count).joined(separator: ",") + "]"
    }

    @Test(arguments: all)
    func boundIsExact(bound: Case) {
        let rejection = rejection(bound.command, body(bound.command, replacing: bound.field, with: bound.json))
        if bound.isAccepted {
            #expect(rejection == nil)
        } else {
            #expect(rejection?.kind == .invalid)
            #expect(rejection?.errors.count == 1)
            #expect(rejection?.pointers.first?.hasPrefix("#/\(bound.field)") == true)
        }
    }

    /// A sound body of the command with one field set to other JSON.
    private func body(_ command: String, replacing field: String, with json: String) -> String {
        var fields: [(String, String)] =
            switch command {
            case "RegisterUser": [("name", "\"n\""), ("role", "\"customer\"")]
            case "UpdateUser": [("userId", "\"u\""), ("name", "\"n\"")]
            case "AddProduct":
                [
                    ("sellerId", "\"s\""), ("sku", "\"k\""), ("title", "\"t\""), ("category", "\"c\""),
                    ("price", Self.money("1")), ("stock", "1"),
                ]
            case "UpdateProduct": [("productId", "\"p\""), ("category", "\"c\"")]
            case "ChangePrice": [("productId", "\"p\""), ("price", Self.money("1"))]
            case "AdjustStock": [("productId", "\"p\""), ("delta", "1")]
            case "ReviewProduct": [("productId", "\"p\""), ("customerId", "\"c\""), ("rating", "1")]
            case "PayOrder", "ShipOrder", "DeliverOrder", "CancelOrder", "RefundOrder": [("orderId", "\"o\"")]
            default: [("customerId", "\"c\""), ("lines", Self.lines(1))]
            }
        // Of these one stands for the others.
        let units: Set = ["delta", "stock", "listStock"]
        fields.removeAll { $0.0 == field || units.contains(field) && units.contains($0.0) }
        fields.append((field, json))
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }
}
