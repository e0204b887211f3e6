import Foundation
import Testing

@testable import Marketplace
@testable import Server

/// Holds the description of answers against those that a market in this process gives.
@Suite struct OpenAPIAnswerTests {
    private let document = OpenAPIFile()

    /// Commands that are accepted, to be refused against.
    private static let market = [
        ("RegisterUser", #"{"userId":"sam","name":"Sam","role":"seller"}"#),
        ("RegisterUser", #"{"userId":"ann","name":"Ann","role":"customer"}"#),
        ("AddProduct", addProduct("lamp", sku: "LIG-1")),
        ("AddProduct", addProduct("gone", sku: "LIG-2")),
        ("DiscontinueProduct", #"{"productId":"gone"}"#),
        ("CreateOrder", createOrder("o-1", "ann", "lamp", 1)),
        ("ReviewProduct", #"{"productId":"gone","customerId":"ann","rating":4}"#),
    ]

    /// Commands that are refused against the market's state, one for each reason that a command has.
    private static let refused = [
        ("RegisterUser", #"{"userId":"ann","name":"Ann","role":"seller"}"#),
        ("UpdateUser", #"{"userId":"x","name":"X"}"#),
        ("AddProduct", addProduct("new", seller: "x", sku: "1")),
        ("AddProduct", addProduct("new", seller: "ann", sku: "1")),
        ("AddProduct", addProduct("lamp", sku: "1")),
        ("AddProduct", addProduct("new", sku: "LIG-1")),
        ("UpdateProduct", #"{"productId":"x","title":"X"}"#),
        ("UpdateProduct", #"{"productId":"gone","title":"X"}"#),
        ("ChangePrice", #"{"productId":"x","price":{"amount":1,"currency":"GBP"}}"#),
        ("ChangePrice", #"{"productId":"gone","price":{"amount":1,"currency":"GBP"}}"#),
        ("AdjustStock", #"{"productId":"x","delta":1}"#),
        ("AdjustStock", #"{"productId":"gone","delta":1}"#),
        ("AdjustStock", #"{"productId":"lamp","delta":-1000}"#),
        ("DiscontinueProduct", #"{"productId":"x"}"#),
        ("ReviewProduct", #"{"productId":"x","customerId":"ann","rating":4}"#),
        ("ReviewProduct", #"{"productId":"lamp","customerId":"x","rating":4}"#),
        ("ReviewProduct", #"{"productId":"lamp","customerId":"sam","rating":4}"#),
        ("CreateOrder", createOrder("o-2", "x", "lamp", 1)),
        ("CreateOrder", createOrder("o-2", "sam", "lamp", 1)),
        ("CreateOrder", createOrder("o-2", "ann", "x", 1)),
        ("CreateOrder", createOrder("o-2", "ann", "gone", 1)),
        ("CreateOrder", createOrder("o-2", "ann", "lamp", 1000)),
        ("CreateOrder", createOrder("o-1", "ann", "lamp", 2)),
        ("CreateOrder", createOrder("o-2", "ann", "lamp", 1, #","expectedTotal":{"amount":1,"currency":"GBP"}"#)),
        ("PayOrder", #"{"orderId":"x"}"#),
        ("ShipOrder", #"{"orderId":"x"}"#),
        ("ShipOrder", #"{"orderId":"o-1"}"#),
        ("DeliverOrder", #"{"orderId":"x"}"#),
        ("DeliverOrder", #"{"orderId":"o-1"}"#),
        ("CancelOrder", #"{"orderId":"x"}"#),
        ("RefundOrder", #"{"orderId":"x"}"#),
        ("RefundOrder", #"{"orderId":"o-1"}"#),
    ]

    private static func addProduct(_ id: String, seller: String = "sam", sku: String) -> String {
        #"{"productId":"\#(id)","sellerId":"\#(seller)","sku":"\#(sku)","title":"A lamp","category":"lighting","#
            + #""price":{"amount":1999,"currency":"GBP"},"stock":10}"#
    }

    private static func createOrder(
        _ id: String, _ customer: String, _ product: String, _ quantity: Int, _ more: String = ""
    ) -> String {
        #"{"orderId":"\#(id)","customerId":"\#(customer)","#
            + #""lines":[{"productId":"\#(product)","quantity":\#(quantity)}]\#(more)}"#
    }

    @Test func everyDescribedConflictHappens() throws {
        let client = try InProcessMarket().usualClient()
        for (name, body) in Self.market { client.accept(name, body) }
        var happened: [String: Set<String>] = [:]
        func refuse(_ name: String, _ body: String) throws {
            let answer = client.ask(post("/v1/commands/\(name)", body, "Content-Type: application/json\r\n"))
            let problem = try object(try #require(answer).body)
            #expect(problem["status"] as? Int == 409, "\(name) \(body)")
            let type = try #require(problem["type"] as? String)
            happened[name, default: []].insert(String(type.dropFirst("urn:vitrine:problem:".count)))
        }
        for (name, body) in Self.refused { try refuse(name, body) }
        client.accept("CancelOrder", #"{"orderId":"o-1"}"#)
        try refuse("PayOrder", #"{"orderId":"o-1"}"#)
        client.accept("CreateOrder", Self.createOrder("o-3", "ann", "lamp", 1))
        for name in ["PayOrder", "ShipOrder"] { client.accept(name, #"{"orderId":"o-3"}"#) }
        try refuse("CancelOrder", #"{"orderId":"o-3"}"#)
        for command in CommandName.allCases {
            let name = "\(command.text)"
            let operation = try #require(document.paths["/v1/commands/\(name)"]?["post"])
            let conflict = try #require(document.responses(of: operation)["409"])
            let described = Set(document.problems(in: conflict).map(\.slug)).subtracting(["foreign-token"])
            #expect(happened[name] == described, "\(name)")
        }
    }

    @Test func everyMemberOfABulkAnswerIsDescribed() throws {
        let client = try InProcessMarket().usualClient()
        let line = #"{"command":"RegisterUser","idempotencyKey":"k","data":{"name":"Ann","role":"customer"}}"#
        let body = "\(line)\n\(line)\n{}\n"
        // An answer without chunks, to be read until the server closes.
        client.send(
            "POST /v1/commands HTTP/1.0\r\nContent-Type: application/x-ndjson\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        #expect(client.readToEnd() == .closed)
        let lines = client.received.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
            .filter { $0.hasPrefix("{") }
        try #require(lines.count == 4)
        #expect(lines[1].contains("replayed"))
        for (index, line) in lines.enumerated() {
            let schema = try #require(document.schema(index < 3 ? "BulkOutcome" : "BulkSummary"))
            let described = Set(try #require(schema["properties"] as? [String: Any]).keys)
            #expect(Set(try object(line).keys).subtracting(described) == [], "\(line)")
        }
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
