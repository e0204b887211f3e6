import JSON
import Marketplace

/// Random commands, events and texts over a small world, so that ids, skus and stock often clash.
struct RandomMarket {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func int(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }

    mutating func chance(_ oneIn: Int64) -> Bool { int(1...oneIn) == 1 }

    mutating func id(_ prefix: String, _ count: Int64) -> Text { Text("\(prefix)\(int(1...count))") }

    /// Any characters, those that JSON escapes among them.
    mutating func text() -> Text {
        let alphabet: [Character] = [
            "a", "Z", " ", "\"", "\\", "/", "é", "ß", "漢", "😀", "\n", "\r", "\u{2028}", "&", "<",
        ]
        let characters = (0..<int(1...20)).map { _ in alphabet.randomElement(using: &random)! }
        return Text(String(characters))
    }

    mutating func optional<Value>(_ value: Value) -> Value? { chance(2) ? value : nil }

    mutating func change(_ value: Text) -> Change<Text> {
        switch int(0...2) {
        case 0: .keep
        case 1: .clear
        default: .set(value)
        }
    }

    /// By chance, but for one of each, without whom there would be no market.
    private mutating func role(of id: Text) -> Role { id == "u1" || id != "u2" && chance(2) ? .customer : .seller }

    mutating func command() -> Command {
        switch int(0...13) {
        case 0:
            let id = id("u", 8)
            return .registerUser(
                RegisterUser(
                    userId: id, name: text(), email: optional(text()), role: role(of: id),
                    country: optional(self.id("land", 3))))
        case 1:
            return .updateUser(
                UpdateUser(
                    userId: id("u", 8), name: optional(id("n", 3)), email: change(id("e", 2)),
                    country: change(id("land", 3))))
        case 2, 3:
            let stock = int(0...30)
            return .addProduct(
                AddProduct(
                    productId: id("p", 12), sellerId: id("u", 8), sku: id("sku", 10), title: text(),
                    description: optional(text()), category: id("c", 3), price: int(Bounds.price),
                    imageUrl: optional(text()), stock: stock, listStock: optional(stock)))
        case 4:
            return .updateProduct(
                UpdateProduct(
                    productId: id("p", 12), title: optional(id("t", 3)), description: change(id("d", 2)),
                    category: optional(id("c", 3)), imageUrl: change(id("i", 2))))
        case 5: return .changePrice(ChangePrice(productId: id("p", 12), price: int(1...5)))
        case 6:
            let change: AdjustStock.Change =
                switch int(0...2) {
                case 0: .by(int(-10...30))
                case 1: .to(int(0...30))
                default: .listed(int(0...5))
                }
            return .adjustStock(AdjustStock(productId: id("p", 12), change: change))
        case 7 where chance(30): return .discontinueProduct(DiscontinueProduct(productId: id("p", 12)))
        case 8: return .payOrder(PayOrder(orderId: id("o", 200)))
        case 9: return .shipOrder(ShipOrder(orderId: id("o", 200)))
        case 10 where chance(2): return .deliverOrder(DeliverOrder(orderId: id("o", 200)))
        case 10: return .refundOrder(RefundOrder(orderId: id("o", 200), reason: optional(text())))
        case 11: return .cancelOrder(CancelOrder(orderId: id("o", 200), reason: optional(text())))
        case 12:
            return .reviewProduct(
                ReviewProduct(
                    productId: id("p", 12), customerId: id("u", 8), rating: int(Bounds.rating),
                    text: optional(id("t", 2))))
        default:
            let lines = (0..<int(1...4)).map { _ in
                CreateOrder.Line(productId: id("p", 12), quantity: int(1...6), unitPrice: chance(4) ? int(1...9) : nil)
            }
            return .createOrder(
                CreateOrder(
                    orderId: id("o", 200), customerId: id("u", 8), lines: lines,
                    expectedTotal: chance(5) ? int(1...20) : nil,
                    status: chance(4) ? OrderStatus.allCases.randomElement(using: &random) : nil))
        }
    }

    /// An event of kind 0 to 13 with every optional part now there, now not.
    mutating func event(kind: Int) -> Event {
        switch kind {
        case 0:
            return .userRegistered(
                UserRegistered(
                    userId: id("u", 99), name: text(), email: optional(text()), role: chance(2) ? .customer : .seller,
                    country: optional(text())))
        case 1:
            return .userUpdated(
                UserUpdated(userId: id("u", 99), name: optional(text()), email: change(text()), country: change(text()))
            )
        case 2:
            return .productAdded(
                ProductAdded(
                    productId: id("p", 99), sellerId: id("u", 99), sku: text(), title: text(),
                    description: optional(text()),
                    category: text(), price: int(Bounds.price), imageUrl: optional(text()), stock: int(Bounds.stock),
                    listStock: optional(int(Bounds.stock))))
        case 3:
            return .productUpdated(
                ProductUpdated(
                    productId: id("p", 99), title: optional(text()), description: change(text()),
                    category: optional(text()),
                    imageUrl: change(text())))
        case 4: return .priceChanged(PriceChanged(productId: id("p", 99), price: int(Bounds.price)))
        case 5:
            return .stockAdjusted(
                StockAdjusted(
                    productId: id("p", 99), delta: int(Bounds.delta), listStock: optional(int(Bounds.stock))))
        case 6: return .productDiscontinued(ProductDiscontinued(productId: id("p", 99)))
        case 7: return .orderPaid(OrderPaid(orderId: id("o", 99)))
        case 8: return .orderShipped(OrderShipped(orderId: id("o", 99)))
        case 9: return .orderDelivered(OrderDelivered(orderId: id("o", 99)))
        case 10:
            let returned = (0..<int(0...3)).map { _ in
                ProductUnits(productId: id("p", 99), quantity: int(1...1_000_000_000))
            }
            return .orderCancelled(
                OrderCancelled(orderId: id("o", 99), reason: optional(text()), returned: returned))
        case 11: return .orderRefunded(OrderRefunded(orderId: id("o", 99), reason: optional(text())))
        case 12:
            return .productReviewed(
                ProductReviewed(
                    productId: id("p", 99), customerId: id("u", 99), rating: int(Bounds.rating),
                    text: optional(text())))
        default:
            let lines = (0..<int(1...5)).map { _ in
                OrderCreated.Line(
                    productId: id("p", 99), sellerId: id("u", 99), sku: text(), title: text(),
                    quantity: int(Bounds.quantity),
                    unitPrice: int(Bounds.price))
            }
            return .orderCreated(
                OrderCreated(
                    orderId: id("o", 99), customerId: id("u", 99),
                    status: OrderStatus.allCases.randomElement(using: &random)!, lines: lines,
                    total: int(Bounds.orderTotal)))
        }
    }
}
