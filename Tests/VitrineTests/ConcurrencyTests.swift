import Foundation
import Testing

/// Many clients at once: the rules hold as if they had come one after the other.
@Suite struct ConcurrencyTests {
    @Test func ofTwoOrdersForTheLastUnitOneWins() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        for round in 0..<100 {
            let product = "last-\(round)"
            try market.accept("AddProduct", Market.product(product, stock: 1))
            let won = Counter()
            concurrently(2) { thread in
                let answer = try server.connect().command(
                    "CreateOrder", Market.order("o-\(round)-\(thread)", [(product, 1)]))
                if answer.status == 200 { won.increment() } else { expectProblem(answer, 409, "insufficient-stock") }
            }
            #expect(won.value == 1, "round \(round)")
        }
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 0]).token
        #expect(try market.list("/v1/orders?limit=100", after: token).count == 100)
        for card in try market.list("/v1/products?limit=100", after: token) where card["productId"] != "lamp" {
            #expect(card["available"] == 0 && card["sold"] == 1)
        }
    }

    @Test func ofManyThingsWithOneNameOneIsMade() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        let made = Counter()
        for round in 0..<20 {
            concurrently(6) { thread in
                let client = try server.connect()
                let sameSku = Market.product("p-\(round)-\(thread)").with(["sku": "sku-\(round)"])
                let product = try client.command("AddProduct", sameSku)
                if product.status == 200 { made.increment() } else { expectProblem(product, 409, "duplicate-sku") }
                let sameId: JSON = ["userId": "u-\(round)", "name": "Thread \(thread)", "role": "customer"]
                let user = try client.command("RegisterUser", sameId)
                if user.status == 200 { made.increment() } else { expectProblem(user, 409, "duplicate-id") }
            }
        }
        #expect(made.value == 40)
        #expect(try market.client.events().map { $0["position"].integer } == Array(1...44))
    }

    @Test func stockIsNeverSoldTwice() throws {
        let market = try Market(["--loops", "2"])
        let server = market.server
        try market.accept("AddProduct", Market.product("rare", stock: 200))
        let sold = Counter()
        concurrently(8) { thread in
            let client = try server.connect()
            for index in 0..<40 {
                let answer = try client.command("CreateOrder", Market.order("o-\(thread)-\(index)", [("rare", 1)]))
                if answer.status == 200 { sold.increment() }
            }
        }
        #expect(sold.value == 200)
        let token = try market.accept("AdjustStock", ["productId": "lamp", "delta": 0]).token
        let rare = try market.client.get("/v1/products/rare", after: token).json
        #expect(rare["available"] == 0)
        #expect(rare["sold"] == 200)
        #expect(try market.client.get("/v1/users/ann", after: token).json["orderCount"] == 200)
    }
}
