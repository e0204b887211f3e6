import JSON
import Marketplace
import Testing

@Suite struct ReviewTests {
    /// Product p1 and the discontinued p2 of seller s1, customers c1 and c2.
    private let market: MarketplaceState = {
        var market = MarketplaceState()
        market.apply(.userRegistered(UserRegistered(userId: "s1", name: "Sue", role: .seller)))
        for id in ["c1", "c2"] as [Text] {
            market.apply(.userRegistered(UserRegistered(userId: id, name: id, role: .customer)))
        }
        for id in ["p1", "p2"] as [Text] {
            market.apply(
                .productAdded(
                    ProductAdded(productId: id, sellerId: "s1", sku: id, title: "T", category: "c", price: 1, stock: 1))
            )
        }
        market.apply(.productDiscontinued(ProductDiscontinued(productId: "p2")))
        return market
    }()

    private func review(
        of product: Text = "p1", by customer: Text = "c1", _ rating: Int64 = 4, _ text: Text? = nil
    ) -> Command {
        .reviewProduct(ReviewProduct(productId: product, customerId: customer, rating: rating, text: text))
    }

    private func reviewed(
        of product: Text = "p1", by customer: Text = "c1", _ rating: Int64 = 4, _ text: Text? = nil
    ) -> Decision {
        .event(
            .productReviewed(ProductReviewed(productId: product, customerId: customer, rating: rating, text: text)))
    }

    private func kind(_ decision: Decision) -> Rejection.Kind? {
        if case .rejected(let rejection) = decision { rejection.kind } else { nil }
    }

    @Test func customersReviewKnownProducts() {
        #expect(decide(review(by: "c1", 4, "Fine."), market) == reviewed(by: "c1", 4, "Fine."))
        #expect(decide(review(of: "p2"), market) == reviewed(of: "p2"), "a discontinued product may be reviewed")
        #expect(kind(decide(review(of: "p9"), market)) == .unknownProduct)
        #expect(kind(decide(review(by: "nobody"), market)) == .unknownUser)
        #expect(kind(decide(review(by: "s1"), market)) == .wrongRole)
    }

    @Test func theSameReviewAgainChangesNothing() {
        for text in ["Fine.", nil] as [Text?] {
            var market = market
            market.apply(.productReviewed(ProductReviewed(productId: "p1", customerId: "c1", rating: 4, text: text)))
            #expect(decide(review(4, text), market) == .unchanged(id: "p1"))
            #expect(decide(review(5, text), market) == reviewed(5, text))
            #expect(decide(review(4, "Other."), market) == reviewed(4, "Other."))
            #expect(decide(review(4, ""), market) == reviewed(4, ""), "an empty text is a text")
            #expect(decide(review(by: "c2", 4, text), market) == reviewed(by: "c2", 4, text))
            #expect(decide(review(of: "p2", 4, text), market) == reviewed(of: "p2", 4, text))
        }
    }

    @Test func aReviewTakesTheEarlierOnesPlaceWithItsText() {
        var market = market
        market.apply(.productReviewed(ProductReviewed(productId: "p1", customerId: "c1", rating: 4, text: "Fine.")))
        market.apply(.productReviewed(ProductReviewed(productId: "p1", customerId: "c1", rating: 4)))
        #expect(market.reviews.count == 1)
        #expect(decide(review(4), market) == .unchanged(id: "p1"))
        #expect(decide(review(4, "Fine."), market) == reviewed(4, "Fine."))
    }
}
