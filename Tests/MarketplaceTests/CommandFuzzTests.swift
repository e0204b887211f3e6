import JSON
import Marketplace
import Testing

@Suite struct CommandFuzzTests {
    private static let bodies: [(name: String, body: String)] = [
        (
            "RegisterUser",
            #"{"userId":"u1","name":"Ann","email":"a@b","role":"seller","country":"UK","occurredAt":"2010-12-01T08:26:00Z"}"#
        ),
        ("UpdateUser", #"{"userId":"u1","name":"Bo","email":null,"country":"FR"}"#),
        (
            "AddProduct",
            #"{"productId":"p1","sellerId":"s1","sku":"K","title":"Lamp","description":"a\nb\u00e9","category":"home","price":"#
                + #"{"amount":1999,"currency":"GBP"},"imageUrl":"https://x/y","stock":5}"#
        ),
        ("UpdateProduct", #"{"productId":"p1","title":"T","description":null,"imageUrl":"http://h"}"#),
        ("ChangePrice", #"{"productId":"p1","price":{"amount":99999999999,"currency":"GBP"}}"#),
        ("AdjustStock", #"{"productId":"p1","delta":-1000000000000}"#),
        ("DiscontinueProduct", #"{"productId":"p1"}"#),
        ("ReviewProduct", #"{"productId":"p1","customerId":"c1","rating":5,"text":"a\nb\u00e9"}"#),
        ("PayOrder", #"{"orderId":"o1"}"#),
        ("ShipOrder", #"{"orderId":"o1","occurredAt":"2010-12-01T08:26:00Z"}"#),
        ("DeliverOrder", #"{"orderId":"o1"}"#),
        ("CancelOrder", #"{"orderId":"o1","reason":"late \u00e9"}"#),
        ("RefundOrder", #"{"orderId":"o1","reason":null}"#),
        (
            "CreateOrder",
            #"{"orderId":"o1","customerId":"c1","lines":[{"productId":"p1","quantity":2},{"productId":"p1","quantity":1,"#
                + #""unitPrice":{"amount":5,"currency":"GBP"}}],"expectedTotal":{"amount":7,"currency":"GBP"},"status":"paid"}"#
        ),
    ]

    /// Whatever bytes come: a command whose fields keep their bounds, or a rejection that says something.
    @Test func mutatedBodiesNeverTrap() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("mutatedBodiesNeverTrap: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var parser = JSONParser()
        let context = DecodingContext(currency: Currency("GBP")!, importsAllowed: true) { "made" }
        var (accepted, rejected) = (0, 0)
        for _ in 0..<30_000 {
            let (name, text) = Self.bodies.randomElement(using: &random)!
            let nameBytes = Array(name.utf8)
            let body = Self.mutated(Array(text.utf8), &random)
            do {
                let submitted = try Command.decode(
                    name: nameBytes.span.bytes, body: body.span.bytes, context: context, parser: &parser)
                accepted += 1
                let isDecided = Self.isDecided(submitted.command)
                #expect(isDecided)
            } catch {
                rejected += 1
                #expect(!error.detail.isEmpty)
                #expect([.malformed, .invalid, .wrongCurrency].contains(error.kind))
                #expect(error.errors.allSatisfy { $0.pointer.hasPrefix("#") && !$0.detail.isEmpty })
            }
        }
        #expect(accepted > 100)
        #expect(rejected > 1_000)
    }

    /// Stored events that were damaged are refused or read, never a trap.
    @Test func mutatedEventsNeverTrap() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("mutatedEventsNeverTrap: seed \(seed)")
        var market = RandomMarket(seed: seed)
        var parser = JSONParser()
        for round in 0..<10_000 {
            var writer = ByteWriter()
            _ = EventEnvelope.write(
                market.event(kind: round % 14), position: 1, identity: "0190c3f2-0000-7000-8000-0123456789ab",
                time: Timestamp(milliseconds: 0), commandKey: "k", commandHash: Fingerprint(high: 1, low: 2),
                currency: Currency("GBP")!, into: &writer)
            let bytes = Self.mutated(writer.copyBytes(), &market.random)
            if let stored = try? EventEnvelope.decode(bytes.span.bytes, parser: &parser) {
                var state = MarketplaceState()
                state.apply(stored.event)
            }
        }
    }

    private static func mutated(_ original: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var text = original
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            let index = Int.random(in: 0..<text.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text[index] = UInt8.random(in: 0...255, using: &random)
            case 1: text.remove(at: index)
            case 2: text.insert(Array(#""\{}[],:0189.eE+-"#.utf8).randomElement(using: &random)!, at: index)
            default:
                let end = min(text.count, index + Int.random(in: 1...12, using: &random))
                text.insert(contentsOf: text[index..<end], at: Int.random(in: 0...text.count, using: &random))
            }
        }
        return text
    }

    /// Decides in an empty market and in one that has all that the command names.
    private static func isDecided(_ command: Command) -> Bool {
        var market = MarketplaceState()
        if case .event(let event) = decide(command, market) { market.apply(event) }
        for reference in command.references {
            switch reference {
            case .user(let id): market.users[id] = UserState(role: .customer, name: "n")
            case .product(let id):
                market.products[id] = ProductState(
                    sellerId: "s", sku: "k", title: "t", category: "c", price: Bounds.price.upperBound,
                    stock: Bounds.stock.upperBound, isDiscontinued: false)
            case .order(let id):
                market.orders[id] = OrderState(
                    status: .paid, reserved: [ProductUnits(productId: "p", quantity: 1_000_000_000)])
            case .sku, .review: break
            }
        }
        if case .event(let event) = decide(command, market) {
            market.apply(event)
            return market.products.values.allSatisfy { Bounds.stock.contains($0.stock) }
        }
        return true
    }
}
