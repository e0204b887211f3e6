import LMDB
import Marketplace
import Testing

@testable import Views

/// Numbers that are guessed from ids.
@Suite struct ProductNumbersTests {
    @Test func aWrongGuessIsSeenAndPutRight() throws {
        let market = try SmallMarket(seed: 1, products: 300)
        let snapshot = try market.build.beginRead()
        func number(_ id: Text) throws -> UInt64? { try snapshot.productNumber(id.utf8.span.bytes) }
        func keep(_ guess: UInt64, of id: Text) { snapshot.productNumbers.keep(guess, of: id.utf8.span.bytes) }
        // Another's, one that begins alike, one that nobody has yet.
        let id = market.products[1].id
        for guess in [7, 17, 170, 5_000] as [UInt64] {
            keep(guess, of: id)
            #expect(try number(id) == market.products[1].number)
        }
        // Asked for the first time, and again by the guess that is left.
        for _ in 0..<2 {
            for product in market.products { #expect(try number(product.id) == product.number) }
        }
        let kept = snapshot.productNumbers.guess(id.utf8.span.bytes)
        #expect(kept == market.products[1].number)
        for id in ["", "p", "nobody"] as [Text] { #expect(try number(id) == nil) }
        // What stands in a card behind its id, with quotes in it.
        let number7 = market.products[7].number
        let longer = Text("\(market.products[7].id)\",\"sku\":\"sku 7")
        keep(number7, of: longer)
        #expect(try number(longer) == nil)
        keep(3, of: "nobody")
        #expect(try number("nobody") == nil)
    }
}
