import JSON
import Marketplace

/// Random commands over a small world, so that ids, categories, moments and stock often clash.
struct RandomCommands {
    static let users: ClosedRange<Int64> = 1...9
    static let products: ClosedRange<Int64> = 1...40
    static let orders: ClosedRange<Int64> = 1...250
    static let categories: [Text] = ["lamps", "漢 & <tea>", "c\"3\\", Text(String(repeating: "ü", count: 199))]

    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func int(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }

    private mutating func chance(_ oneIn: Int64) -> Bool { int(1...oneIn) == 1 }

    private mutating func user() -> Text { Text("u\(int(RandomCommands.users))") }

    private mutating func product() -> Text { Text("p\(int(RandomCommands.products))") }

    private mutating func category() -> Text { RandomCommands.categories.randomElement(using: &random)! }

    private mutating func text() -> Text {
        let alphabet: [Character] = ["a", "Z", " ", "\"", "\\", "/", "é", "漢", "😀", "\u{2028}", "<"]
        return Text(String((0..<int(1...12)).map { _ in alphabet.randomElement(using: &random)! }))
    }

    /// Short, or so long that it stands in a group of titles that begin alike.
    private mutating func title() -> Text {
        guard chance(2) else { return text() }
        return Text(String(repeating: "漢", count: Int(int(0...1)) * 40 + 139) + "\(text())")
    }

    private mutating func optional(_ value: Text) -> Text? { chance(2) ? value : nil }

    private mutating func change(_ value: Text) -> Change<Text> {
        switch int(0...2) {
        case 0: .keep
        case 1: .clear
        default: .set(value)
        }
    }

    /// Days since 1970, in several months.
    private static let days: [Int64] = [-1, 0, 0, 0, 1, 30, 31, 59, 365]

    /// A command at one of a few moments before and after 1970, some with a key, so that some that change nothing leave
    /// their mark in the log.
    mutating func submitted() -> SubmittedCommand {
        SubmittedCommand(
            command: command(),
            occurredAt: Timestamp(
                milliseconds: int(-20...20) + 86_400_000 * RandomCommands.days.randomElement(using: &random)!),
            idempotencyKey: chance(3) ? Text("key \(int(1...100_000))") : nil,
            hash: Fingerprint(high: 1, low: UInt64(int(1...1_000_000))))
    }

    /// Short, in the card's row, or long, in one of its own.
    private mutating func description() -> Text {
        chance(3) ? Text(String(repeating: "\(text()) ", count: 200)) : text()
    }

    private mutating func order() -> Text { Text("o\(int(RandomCommands.orders))") }

    /// By chance, but for one of each, without whom there would be no market.
    private mutating func role(of id: Text) -> Role { id == "u1" || id != "u2" && chance(2) ? .customer : .seller }

    private mutating func command() -> Command {
        switch int(0...29) {
        case 0, 1:
            let id = user()
            return .registerUser(
                RegisterUser(userId: id, name: text(), email: nil, role: role(of: id), country: optional(text())))
        case 2:
            return .updateUser(UpdateUser(userId: user(), name: optional(text()), country: change(text())))
        case 3...5:
            return .addProduct(
                AddProduct(
                    productId: product(), sellerId: user(), sku: text(), title: title(),
                    description: optional(description()),
                    category: category(), price: int(1...6), imageUrl: optional(text()), stock: int(0...60)))
        case 6, 7:
            return .updateProduct(
                UpdateProduct(
                    productId: product(), title: optional(title()), description: change(description()),
                    category: optional(category()), imageUrl: change(text())))
        case 8, 9: return .changePrice(ChangePrice(productId: product(), price: int(1...6)))
        case 10, 11: return .adjustStock(AdjustStock(productId: product(), delta: int(-10...40)))
        case 12 where chance(4): return .discontinueProduct(DiscontinueProduct(productId: product()))
        case 20, 21: return .payOrder(PayOrder(orderId: order()))
        case 22: return .shipOrder(ShipOrder(orderId: order()))
        case 23: return .deliverOrder(DeliverOrder(orderId: order()))
        case 24, 25: return .cancelOrder(CancelOrder(orderId: order(), reason: optional(text())))
        case 26: return .refundOrder(RefundOrder(orderId: order(), reason: optional(text())))
        case 27...29:
            return .reviewProduct(
                ReviewProduct(
                    productId: product(), customerId: user(), rating: int(1...5),
                    text: chance(2) ? Text("t\(int(1...2))") : nil))
        default:
            let lines = (0..<int(1...5)).map { _ in
                CreateOrder.Line(productId: product(), quantity: int(1...3), unitPrice: chance(4) ? int(1...9) : nil)
            }
            return .createOrder(
                CreateOrder(
                    orderId: order(), customerId: user(), lines: lines,
                    status: OrderStatus.allCases.randomElement(using: &random)))
        }
    }
}

/// splitmix64: the same numbers from the same seed, so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
