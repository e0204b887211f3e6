import JSON
import Marketplace
import Testing

@Suite struct OrderStateTests {
    /// Where each order command leads from each status, as the contract says; nil is refused.
    private static let table: [(from: OrderStatus, to: [String: OrderStatus])] = [
        (.created, ["PayOrder": .paid, "CancelOrder": .cancelled]),
        (.paid, ["ShipOrder": .shipped, "CancelOrder": .cancelled, "RefundOrder": .refunded]),
        (.shipped, ["DeliverOrder": .delivered, "RefundOrder": .refunded]),
        (.delivered, ["RefundOrder": .refunded]),
        (.cancelled, [:]),
        (.refunded, [:]),
    ]

    private static let commands: [(name: String, command: Command, needs: [String])] = [
        ("PayOrder", .payOrder(PayOrder(orderId: "o1")), ["created"]),
        ("ShipOrder", .shipOrder(ShipOrder(orderId: "o1")), ["paid"]),
        ("DeliverOrder", .deliverOrder(DeliverOrder(orderId: "o1")), ["shipped"]),
        ("CancelOrder", .cancelOrder(CancelOrder(orderId: "o1", reason: "why")), ["created", "paid"]),
        ("RefundOrder", .refundOrder(RefundOrder(orderId: "o1", reason: "why")), ["paid", "shipped", "delivered"]),
    ]

    /// Product p1 with a stock of 10 and p2 with 5, and order o1 of 2 + 3 of p1 and 1 of p2 in `status`.
    private func market(_ status: OrderStatus?) throws -> MarketplaceState {
        var market = MarketplaceState()
        market.apply(.userRegistered(UserRegistered(userId: "s1", name: "Sue", role: .seller)))
        market.apply(.userRegistered(UserRegistered(userId: "c1", name: "Cy", role: .customer)))
        for (id, stock) in [("p1", 10), ("p2", 5)] as [(Text, Int64)] {
            market.apply(
                .productAdded(
                    ProductAdded(
                        productId: id, sellerId: "s1", sku: id, title: "T", category: "c", price: 1, stock: stock)))
        }
        let order = Command.createOrder(
            CreateOrder(
                orderId: "o1", customerId: "c1",
                lines: [("p1", 2), ("p2", 1), ("p1", 3)].map { .init(productId: $0.0, quantity: $0.1) },
                status: status))
        market.apply(try event(order, market))
        return market
    }

    private func event(_ command: Command, _ market: MarketplaceState) throws -> Event {
        let decision = decide(command, market)
        guard case .event(let event) = decision else {
            throw Rejection(.invalid, "no event: \(decision)")
        }
        return event
    }

    private func stock(_ market: MarketplaceState) -> [Int64?] {
        [market.products["p1"]?.stock, market.products["p2"]?.stock]
    }

    @Test func eachCommandLeadsWhereTheTableSays() throws {
        for (from, to) in Self.table {
            for (name, command, needs) in Self.commands {
                var market = try market(from)
                let reserved = from == .cancelled ? [10, 5] : [5, 4] as [Int64?]
                #expect(stock(market) == reserved)
                guard let expected = to[name] else {
                    guard case .rejected(let rejection) = decide(command, market) else {
                        Issue.record("\(name) was taken by an order that is \(from)")
                        continue
                    }
                    #expect(rejection.kind == .wrongState)
                    for word in ["\(from.name)"] + needs {
                        #expect(rejection.detail.contains(word), "\(name) from \(from): \(rejection.detail)")
                    }
                    continue
                }
                let event = try event(command, market)
                #expect(event.subject == "o1")
                market.apply(event)
                #expect(market.orders["o1"]?.status == expected, "\(name) from \(from)")
                #expect(stock(market) == (expected == .cancelled ? [10, 5] : [5, 4]), "\(name) from \(from)")
            }
        }
    }

    @Test func anOrderGoesAllTheWay() throws {
        var market = try market(nil)
        let way: [(Command, Event)] = [
            (.payOrder(PayOrder(orderId: "o1")), .orderPaid(OrderPaid(orderId: "o1"))),
            (.shipOrder(ShipOrder(orderId: "o1")), .orderShipped(OrderShipped(orderId: "o1"))),
            (.deliverOrder(DeliverOrder(orderId: "o1")), .orderDelivered(OrderDelivered(orderId: "o1"))),
            (
                .refundOrder(RefundOrder(orderId: "o1", reason: "broken")),
                .orderRefunded(OrderRefunded(orderId: "o1", reason: "broken"))
            ),
        ]
        for (command, expected) in way {
            let event = try event(command, market)
            #expect(event == expected)
            market.apply(event)
            // What can come back is remembered only as long as it can.
            let isCancellable = expected == .orderPaid(OrderPaid(orderId: "o1"))
            #expect(market.orders["o1"]?.reserved.isEmpty == !isCancellable)
        }
    }

    @Test func aCancellationTellsWhatEachProductGetsBack() throws {
        let cancelled = OrderCancelled(
            orderId: "o1", reason: "late",
            returned: [ProductUnits(productId: "p1", quantity: 5), ProductUnits(productId: "p2", quantity: 1)])
        let command = Command.cancelOrder(CancelOrder(orderId: "o1", reason: "late"))
        var market = try market(nil)
        #expect(try event(command, market) == .orderCancelled(cancelled))
        market.apply(try event(.payOrder(PayOrder(orderId: "o1")), market))
        #expect(try event(command, market) == .orderCancelled(cancelled))
    }

    @Test func aDiscontinuedProductGetsItsUnitsBackToo() throws {
        var market = try market(.paid)
        market.apply(.productDiscontinued(ProductDiscontinued(productId: "p1")))
        market.apply(try event(.cancelOrder(CancelOrder(orderId: "o1")), market))
        #expect(stock(market) == [10, 5])
    }

    @Test func commandsOnUnknownOrdersAreRejected() {
        for (name, command, _) in Self.commands {
            guard case .rejected(let rejection) = decide(command, MarketplaceState()) else {
                Issue.record("\(name) was accepted")
                continue
            }
            #expect(rejection.kind == .unknownOrder)
        }
    }

    /// Between order and cancellation a seller may fill the stock up again.
    @Test func stockThatCameBackBeyondTheBoundMayOnlyGo() throws {
        var market = try market(nil)
        market.products["p1"]?.stock = Bounds.stock.upperBound
        market.apply(try event(.cancelOrder(CancelOrder(orderId: "o1")), market))
        #expect(market.products["p1"]?.stock == Bounds.stock.upperBound + 5)
        let less = AdjustStock(productId: "p1", delta: -2)
        #expect(try event(.adjustStock(less), market) == .stockAdjusted(StockAdjusted(productId: "p1", delta: -2)))
        guard case .rejected(let more) = decide(.adjustStock(AdjustStock(productId: "p1", delta: 1)), market) else {
            Issue.record("accepted")
            return
        }
        #expect(more.kind == .invalid)
        #expect(more.pointers == ["#/delta"])
    }
}
