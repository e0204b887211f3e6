import EventLog
import Foundation
import Marketplace
import Testing

@testable import Decisions

/// Commands of one batch see each other, and what was decided is found again by whoever starts later.
@Suite final class DecisionBatchTests {
    private let side: WriteSide
    private var others: [WriteSide] = []

    /// Seller s1 with one unit of p1 and nine of p2, and customer c1.
    init() throws {
        side = try WriteSide()
        let made = try side.send(
            .registerUser(RegisterUser(userId: "s1", name: "Sue", role: .seller)),
            .registerUser(RegisterUser(userId: "c1", name: "Cy", role: .customer)),
            DecisionBatchTests.product("p1", stock: 1), DecisionBatchTests.product("p2", stock: 9))
        try #require(made.allSatisfy { $0.accepted != nil })
    }

    deinit {
        for side in [side] + others {
            do { try side.removeDirectory() } catch { Issue.record("\(error)") }
        }
    }

    private static func product(_ id: Text, stock: Int64) -> Command {
        .addProduct(
            AddProduct(productId: id, sellerId: "s1", sku: id, title: "T", category: "c", price: 1, stock: stock))
    }

    private func order(_ id: Text, _ product: Text, _ quantity: Int64 = 1) -> Command {
        .createOrder(
            CreateOrder(orderId: id, customerId: "c1", lines: [.init(productId: product, quantity: quantity)]))
    }

    private func restarted(keepingDecisions: Bool) throws -> WriteSide {
        let other = try side.restarted(keepingDecisions: keepingDecisions)
        others.append(other)
        return other
    }

    @Test func ofTwoOrdersForTheLastUnitOneWins() throws {
        let outcomes = try side.send(order("o1", "p1"), order("o2", "p1"))
        #expect(outcomes.map(\.summary) == ["OrderCreated", "insufficient-stock"])
        guard case .rejected(let rejection, let logEnd) = outcomes[1] else { return }
        #expect(rejection.productId == "p1")
        #expect(rejection.available == 0)
        #expect(logEnd == outcomes[0].accepted?.position)
        #expect(side.eventCount == 5)
    }

    @Test func theSameKeyTwiceInABatchHappensOnce() throws {
        let command = Command.adjustStock(AdjustStock(productId: "p1", delta: 5))
        let outcomes = try side.send([(command, "key"), (command, "key"), (order("o1", "p1"), "key")])
        #expect(outcomes.map(\.summary) == ["StockAdjusted", "StockAdjusted", "idempotency-key-reused"])
        #expect(outcomes[0].accepted?.isReplayed == false)
        #expect(outcomes[1].accepted?.isReplayed == true)
        #expect(outcomes[1].accepted?.position == outcomes[0].accepted?.position)
        #expect(side.eventCount == 5)
        #expect(try side.send(order("o2", "p1", 7)).map(\.summary) == ["insufficient-stock"], "added twice")
    }

    @Test func aKeyOfACommandThatChangesNothingIsKeptWithinItsBatch() throws {
        let command = Command.adjustStock(AdjustStock(productId: "p1", delta: 0))
        let outcomes = try side.send([(command, "key"), (command, "key"), (order("o1", "p1"), "key")])
        #expect(outcomes.map(\.summary) == ["unchanged", "unchanged", "idempotency-key-reused"])
        #expect(outcomes[1].accepted?.isReplayed == true)
    }

    /// The cancellation's decision looks at the order alone; the stock it returns may have left the memory, or be in it.
    @Test(arguments: [false, true])
    func cancelledUnitsCanBeOrderedAtOnce(isFolded: Bool) throws {
        _ = try side.send(order("o1", "p2", 4), order("o2", "p2", 5))
        if isFolded { try side.fold() }
        let outcomes = try side.send(
            .cancelOrder(CancelOrder(orderId: "o1")), order("o3", "p2", 5), order("o4", "p2", 4), order("o5", "p2"))
        #expect(
            outcomes.map(\.summary) == ["OrderCancelled", "insufficient-stock", "OrderCreated", "insufficient-stock"])
    }

    @Test(arguments: [false, true])
    func statesAndReviewsAreFoundAgain(keepingDecisions: Bool) throws {
        let review = Command.reviewProduct(ReviewProduct(productId: "p2", customerId: "c1", rating: 4, text: "Fine."))
        let first = try side.send(
            order("o1", "p2", 2), order("o2", "p2", 3), order("o3", "p1"), .payOrder(PayOrder(orderId: "o1")),
            .cancelOrder(CancelOrder(orderId: "o3")), review)
        try #require(first.allSatisfy { $0.accepted != nil })
        if keepingDecisions { try side.fold() }
        let later = try restarted(keepingDecisions: keepingDecisions)
        let outcomes = try later.send(
            .payOrder(PayOrder(orderId: "o1")), .shipOrder(ShipOrder(orderId: "o1")),
            .shipOrder(ShipOrder(orderId: "o2")), .cancelOrder(CancelOrder(orderId: "o2")),
            .refundOrder(RefundOrder(orderId: "o3")), review, order("o4", "p2", 8), order("o5", "p2", 7),
            order("o6", "p1"))
        #expect(
            outcomes.map(\.summary) == [
                "wrong-state", "OrderShipped", "wrong-state", "OrderCancelled", "wrong-state", "unchanged",
                "insufficient-stock", "OrderCreated", "OrderCreated",
            ])
    }

    @Test(arguments: [false, true])
    func listsAreComparedWithTheLastOneAlsoLater(keepingDecisions: Bool) throws {
        func listed(_ stock: Int64) -> Command {
            .adjustStock(AdjustStock(productId: "p2", change: .listed(stock)))
        }
        #expect(
            try side.send(listed(5), listed(5), order("o1", "p2", 2)).map(\.summary)[..<2] == [
                "StockAdjusted", "unchanged",
            ])
        if keepingDecisions { try side.fold() }
        let later = try restarted(keepingDecisions: keepingDecisions)
        let outcomes = try later.send(listed(5), order("o2", "p2", 4), listed(3), order("o3", "p2", 4), listed(5))
        #expect(
            outcomes.map(\.summary) == [
                "unchanged", "insufficient-stock", "StockAdjusted", "insufficient-stock", "StockAdjusted",
            ])
        #expect(try later.send(order("o4", "p2", 5)).map(\.summary) == ["OrderCreated"])
    }

    /// An import ends before the folder has begun its first step.
    @Test func stateThatWasOnlyBegunIsWhole() throws {
        let path = NSTemporaryDirectory() + "/vitrine-decisions-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let troubles = Decisions.Troubles(onFatal: { Issue.record($0) }, onTrouble: { Issue.record($0) })
        for round in 0..<3 {
            let log = try EventLog.open(path, options: EventLogOptions(diskReserveBytes: 0))
            defer { log.close() }
            var discarded: [String] = []
            let decisions = try Decisions(
                log: log, directory: path, currency: Currency("GBP")!, troubles: troubles,
                onProgress: { _, reason in if let reason { discarded.append(reason) } })
            #expect(discarded == [])
            let command = Command.registerUser(RegisterUser(userId: Text("u\(round)"), name: "n", role: .seller))
            let submitted = SubmittedCommand(command: command, occurredAt: nil, hash: Fingerprint(of: "x"))
            #expect(decisions.queue.submit(CommandRequest(submitted, weight: 1, reply: { _ in })))
            decisions.stop()
            #expect(log.durablePosition == UInt64(round + 1))
        }
    }

    /// An import may place an order in any status; it goes on from there.
    @Test func importedOrdersGoOnFromTheirStatus() throws {
        func imported(_ id: Text, _ status: OrderStatus) -> Command {
            .createOrder(
                CreateOrder(
                    orderId: id, customerId: "c1", lines: [.init(productId: "p2", quantity: 1)], status: status))
        }
        _ = try side.send(imported("o1", .paid), imported("o2", .shipped), imported("o3", .cancelled))
        try side.fold()
        let outcomes = try side.send(
            order("o4", "p2", 8), .cancelOrder(CancelOrder(orderId: "o1")), order("o5", "p2", 8),
            .cancelOrder(CancelOrder(orderId: "o2")), .deliverOrder(DeliverOrder(orderId: "o2")),
            .cancelOrder(CancelOrder(orderId: "o3")), order("o6", "p2"))
        #expect(
            outcomes.map(\.summary) == [
                "insufficient-stock", "OrderCancelled", "OrderCreated", "wrong-state", "OrderDelivered", "wrong-state",
                "insufficient-stock",
            ])
    }
}
