import JSON
import Marketplace
import Testing

@Suite struct DecisionTests {
    /// Seller s1 with product p1 (price 100, stock 10) and p2 (price 250, stock 5), customer c1, p3 discontinued.
    private let market: MarketplaceState = {
        var market = MarketplaceState()
        market.apply(
            .userRegistered(UserRegistered(userId: "s1", name: "Sue", email: "s@x", role: .seller, country: "UK")))
        market.apply(.userRegistered(UserRegistered(userId: "s2", name: "Sam", role: .seller)))
        market.apply(.userRegistered(UserRegistered(userId: "c1", name: "Cy", role: .customer)))
        for (id, price, stock) in [("p1", 100, 10), ("p2", 250, 5), ("p3", 1, 1)] as [(Text, Amount, Int64)] {
            market.apply(
                .productAdded(
                    ProductAdded(
                        productId: id, sellerId: "s1", sku: Text("sku-\(id)"), title: Text("Title \(id)"),
                        description: "D",
                        category: "c", price: price, imageUrl: nil, stock: stock)))
        }
        market.apply(.productDiscontinued(ProductDiscontinued(productId: "p3")))
        return market
    }()

    private func event(_ command: Command) -> Event? {
        if case .event(let event) = decide(command, market) { event } else { nil }
    }

    private func rejection(_ command: Command) -> Rejection? {
        if case .rejected(let rejection) = decide(command, market) { rejection } else { nil }
    }

    private func isUnchanged(_ command: Command, _ id: Text) -> Bool { decide(command, market) == .unchanged(id: id) }

    // MARK: Users

    @Test func aUserIsRegisteredOnce() {
        #expect(
            event(.registerUser(RegisterUser(userId: "n", name: "N", email: "n@x", role: .customer, country: "FR")))
                == .userRegistered(UserRegistered(userId: "n", name: "N", email: "n@x", role: .customer, country: "FR"))
        )
        #expect(rejection(.registerUser(RegisterUser(userId: "s1", name: "N", role: .customer)))?.kind == .duplicateId)
    }

    @Test func anUpdateTellsOnlyWhatChanges() {
        let update = UpdateUser(userId: "s1", name: "Sue", email: .set("new@x"), country: .clear)
        #expect(
            event(.updateUser(update)) == .userUpdated(UserUpdated(userId: "s1", email: .set("new@x"), country: .clear))
        )
        #expect(rejection(.updateUser(UpdateUser(userId: "x", name: "N")))?.kind == .unknownUser)
    }

    @Test func anUpdateToWhatIsAlreadySoChangesNothing() {
        #expect(
            isUnchanged(
                .updateUser(UpdateUser(userId: "s1", name: "Sue", email: .set("s@x"), country: .set("UK"))), "s1"))
        #expect(isUnchanged(.updateUser(UpdateUser(userId: "c1", email: .clear, country: .clear)), "c1"))
        #expect(
            isUnchanged(
                .updateProduct(
                    UpdateProduct(
                        productId: "p1", title: "Title p1", description: .set("D"), category: "c", imageUrl: .clear)),
                "p1"))
        #expect(isUnchanged(.changePrice(ChangePrice(productId: "p1", price: 100)), "p1"))
        #expect(isUnchanged(.adjustStock(AdjustStock(productId: "p1", delta: 0)), "p1"))
        #expect(isUnchanged(.discontinueProduct(DiscontinueProduct(productId: "p3")), "p3"))
    }

    // MARK: Products

    private func add(_ id: Text, seller: Text = "s1", sku: Text) -> Command {
        .addProduct(
            AddProduct(productId: id, sellerId: seller, sku: sku, title: "T", category: "c", price: 1, stock: 0))
    }

    @Test func aProductNeedsASellerAndASkuOfItsOwn() {
        #expect(event(add("n", sku: "new")) != nil)
        #expect(event(add("n", seller: "s2", sku: "sku-p1")) != nil)
        #expect(rejection(add("n", seller: "nobody", sku: "new"))?.kind == .unknownUser)
        #expect(rejection(add("n", seller: "c1", sku: "new"))?.kind == .wrongRole)
        #expect(rejection(add("n", sku: "sku-p1"))?.kind == .duplicateSku)
        #expect(rejection(add("n", sku: "sku-p3"))?.kind == .duplicateSku)
        #expect(rejection(add("p1", sku: "new"))?.kind == .duplicateId)
    }

    @Test func aDiscontinuedProductTakesNoCommandButItsOwn() {
        #expect(rejection(.updateProduct(UpdateProduct(productId: "p3", title: "T")))?.kind == .discontinued)
        #expect(rejection(.changePrice(ChangePrice(productId: "p3", price: 5)))?.kind == .discontinued)
        #expect(rejection(.adjustStock(AdjustStock(productId: "p3", delta: 1)))?.kind == .discontinued)
        #expect(rejection(order([("p3", 1)]))?.kind == .discontinued)
    }

    @Test func commandsOnUnknownProductsAreRejected() {
        #expect(rejection(.updateProduct(UpdateProduct(productId: "x", title: "T")))?.kind == .unknownProduct)
        #expect(rejection(.changePrice(ChangePrice(productId: "x", price: 5)))?.kind == .unknownProduct)
        #expect(rejection(.adjustStock(AdjustStock(productId: "x", delta: 1)))?.kind == .unknownProduct)
        #expect(rejection(.discontinueProduct(DiscontinueProduct(productId: "x")))?.kind == .unknownProduct)
        #expect(rejection(order([("x", 1)]))?.kind == .unknownProduct)
    }

    @Test func stockStaysWithinItsBounds() {
        func adjust(_ delta: Int64) -> Command { .adjustStock(AdjustStock(productId: "p1", delta: delta)) }
        #expect(event(adjust(-10)) == .stockAdjusted(StockAdjusted(productId: "p1", delta: -10)))
        #expect(event(adjust(999_999_999_990)) != nil)
        for delta in [-11, -1_000_000_000_000, .min] as [Int64] {
            let tooMuch = rejection(adjust(delta))
            #expect(tooMuch?.kind == .insufficientStock)
            #expect(tooMuch?.productId == "p1")
            #expect(tooMuch?.available == 10)
        }
        for delta in [999_999_999_991, .max] as [Int64] {
            let tooLarge = rejection(adjust(delta))
            #expect(tooLarge?.kind == .invalid)
            #expect(tooLarge?.pointers == ["#/delta"])
        }
    }

    /// Commands on p1 of `market`, which has 10, one after the other: the delta of each, nil where nothing happens.
    private func deltas(_ changes: AdjustStock.Change..., sold: (after: Int, Int64)? = nil) -> [Int64?] {
        var market = market
        return changes.enumerated().map { index, change in
            if let sold, sold.after == index { market.products["p1"]?.stock -= sold.1 }
            guard
                case .event(.stockAdjusted(let event)) = decide(
                    .adjustStock(AdjustStock(productId: "p1", change: change)), market)
            else { return nil }
            market.apply(.stockAdjusted(event))
            return event.delta
        }
    }

    @Test func stockCanBeCounted() {
        #expect(deltas(.to(4), .to(4), .to(0), .to(1_000_000_000_000)) == [-6, nil, -4, 1_000_000_000_000])
        #expect(
            event(.adjustStock(AdjustStock(productId: "p1", change: .to(4))))
                == .stockAdjusted(StockAdjusted(productId: "p1", delta: -6)))
        #expect(rejection(.adjustStock(AdjustStock(productId: "p3", change: .to(1))))?.kind == .discontinued)
        #expect(rejection(.adjustStock(AdjustStock(productId: "x", change: .listed(1))))?.kind == .unknownProduct)
    }

    @Test func aListCountsWhereItSaysSomethingElseThanTheLast() {
        // The first list to speak of a product is new, whatever it says.
        #expect(deltas(.listed(10), .listed(10)) == [0, nil])
        #expect(deltas(.listed(0), .listed(5), .listed(0)) == [-10, 5, -5])
        // What was sold since the last list stays sold.
        #expect(deltas(.listed(5), .listed(5), sold: (1, 2)) == [-5, nil])
        // Two of five are sold, a list says the three that are left, then five again.
        #expect(deltas(.listed(5), .listed(3), .listed(5), sold: (1, 2)) == [-5, 0, 2])
        // Other changes are no list's.
        #expect(deltas(.listed(5), .to(7), .by(1), .listed(5), .listed(6)) == [-5, 2, 1, nil, -2])
    }

    @Test func aProductOfAListIsComparedWithIt() {
        let added = AddProduct(
            productId: "n", sellerId: "s1", sku: "new", title: "T", category: "c", price: 1, stock: 5, listStock: 5)
        var market = market
        guard case .event(let event) = decide(.addProduct(added), market) else {
            Issue.record("not added")
            return
        }
        market.apply(event)
        #expect(market.products["n"]?.stock == 5 && market.products["n"]?.listStock == 5)
        let again = Command.adjustStock(AdjustStock(productId: "n", change: .listed(5)))
        #expect(decide(again, market) == .unchanged(id: "n"))
    }

    @Test func takenIdsAndSkusSayWhoHasThem() {
        #expect(rejection(add("p1", sku: "new"))?.owner == SellerSKU(sellerId: "s1", sku: "sku-p1"))
        #expect(rejection(add("n", sku: "sku-p1"))?.productId == "p1")
    }

    // MARK: Orders

    private func order(
        _ lines: [(Text, Int64)], customer: Text = "c1", total: Amount? = nil, status: OrderStatus? = nil,
        unitPrice: Amount? = nil
    ) -> Command {
        .createOrder(
            CreateOrder(
                orderId: "o1", customerId: customer,
                lines: lines.map { .init(productId: $0.0, quantity: $0.1, unitPrice: unitPrice) }, expectedTotal: total,
                status: status))
    }

    @Test func anOrderFreezesTitlesAndPrices() {
        #expect(
            event(order([("p1", 2), ("p2", 1), ("p1", 1)], total: 550))
                == .orderCreated(
                    OrderCreated(
                        orderId: "o1", customerId: "c1", status: .created,
                        lines: [
                            .init(
                                productId: "p1", sellerId: "s1", sku: "sku-p1", title: "Title p1", quantity: 2,
                                unitPrice: 100),
                            .init(
                                productId: "p2", sellerId: "s1", sku: "sku-p2", title: "Title p2", quantity: 1,
                                unitPrice: 250),
                            .init(
                                productId: "p1", sellerId: "s1", sku: "sku-p1", title: "Title p1", quantity: 1,
                                unitPrice: 100),
                        ], total: 550)))
    }

    @Test func anImportedOrderKeepsWhatWasPaid() {
        guard case .orderCreated(let created) = event(order([("p1", 2)], status: .delivered, unitPrice: 7)) else {
            Issue.record("no order")
            return
        }
        #expect(created.total == 14)
        #expect(created.status == .delivered)
        #expect(created.lines.map(\.unitPrice) == [7])
    }

    @Test func onlyCustomersOrder() {
        #expect(rejection(order([("p1", 1)], customer: "nobody"))?.kind == .unknownUser)
        #expect(rejection(order([("p1", 1)], customer: "s1"))?.kind == .wrongRole)
    }

    @Test func anOrderIdIsTakenOnce() {
        var market = market
        market.orders["o1"] = OrderState(status: .created)
        guard case .rejected(let rejection) = decide(order([("p1", 1)]), market) else {
            Issue.record("accepted")
            return
        }
        #expect(rejection.kind == .duplicateId)
    }

    @Test func linesOfOneProductCountTogetherAgainstItsStock() {
        #expect(event(order([("p1", 4), ("p2", 5), ("p1", 6)])) != nil)
        let short = rejection(order([("p2", 5), ("p1", 4), ("p1", 7)]))
        #expect(short?.kind == .insufficientStock)
        #expect(short?.productId == "p1")
        #expect(short?.available == 10)
        #expect(rejection(order([("p1", 11)]))?.kind == .insufficientStock)
    }

    @Test func everyLineAtFaultIsNamed() {
        let refused = rejection(order([("p2", 1), ("p1", 7), ("x", 1), ("p3", 1), ("p2", 4), ("p1", 4)]))
        #expect(refused?.kind == .insufficientStock && refused?.productId == "p1" && refused?.available == 10)
        #expect(refused?.detail == refused?.lines.first?.detail)
        #expect(refused?.lines.map(\.index) == [1, 2, 3, 5])
        #expect(refused?.lines.map(\.productId) == ["p1", "x", "p3", "p1"])
        #expect(refused?.lines.map(\.available) == [10, nil, nil, 10])
        #expect(
            refused?.lines.map(\.detail) == [
                "Product 'p1' has 10 left; 11 are wanted.", "There is no product 'x'.",
                "Product 'p3' is discontinued.", "Product 'p1' has 10 left; 11 are wanted.",
            ])
        // The first line at fault says what kind it is; one that needs no stock is not at fault for it.
        #expect(rejection(order([("x", 1), ("p1", 11)]))?.kind == .unknownProduct)
        #expect(rejection(order([("p1", 11), ("x", 1)], status: .cancelled))?.lines.map(\.index) == [1])
        #expect(rejection(order(Array(repeating: ("x", 1), count: 1_000)))?.lines.count == 1_000)
    }

    @Test func anOrderImportedAsCancelledNeedsAndTakesNoStock() throws {
        let cancelled = try #require(event(order([("p1", 11)], status: .cancelled)))
        var market = market
        market.apply(cancelled)
        #expect(market.products["p1"]?.stock == 10)
        #expect(market.orders["o1"]?.status == .cancelled)
        for status in OrderStatus.allCases where status != .cancelled {
            #expect(rejection(order([("p1", 11)], status: status))?.kind == .insufficientStock)
        }
    }

    @Test func aTotalThatIsNotTheExpectedOneIsTold() {
        let changed = rejection(order([("p1", 1)], total: 99))
        #expect(changed?.kind == .priceChanged)
        #expect(changed?.total == 100)
        #expect(changed?.detail.contains("100") == true)
        #expect(changed?.detail.contains("99") == true)
        #expect(event(order([("p1", 1)], total: 100)) != nil)
    }

    @Test func aTotalBeyondItsBoundIsRejectedAndNothingOverflows() {
        func imported(_ lines: [(Text, Int64)], at price: Amount) -> Command {
            order(lines, status: .cancelled, unitPrice: price)
        }
        #expect(event(imported([("p1", 100)], at: 99_999_999_999)) != nil)
        #expect(event(imported([("p1", 1_000_000), ("p2", 1_000_000)], at: 5_000_000)) != nil)
        #expect(rejection(imported([("p1", 1_000_000), ("p2", 1_000_000)], at: 5_000_001))?.kind == .orderTooLarge)
        let most = Array(repeating: ("p1" as Text, 1_000_000 as Int64), count: 1_000)
        #expect(rejection(imported(most, at: 99_999_999_999))?.kind == .orderTooLarge)
        #expect(rejection(imported([("p1", .max), ("p1", .max)], at: .max))?.kind == .orderTooLarge)
        #expect(rejection(order([("p1", .max), ("p1", .max)]))?.kind == .insufficientStock)
    }

    @Test func rejectionsAreNamedAsTheContractNamesThem() {
        let names = [
            "unknown-command", "malformed", "imports-off", "invalid", "wrong-currency", "idempotency-key-reused",
            "unknown-user",
            "unknown-product", "unknown-order", "wrong-role", "duplicate-id", "duplicate-sku", "insufficient-stock",
            "discontinued", "wrong-state", "price-changed", "order-too-large",
        ]
        #expect(Rejection.Kind.allCases.map(\.rawValue) == names)
    }
}
