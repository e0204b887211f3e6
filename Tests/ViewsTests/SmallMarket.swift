import Foundation
import JSON
import LMDB
import Marketplace

@testable import Views

/// A build with some thousands of products, and beside it what lists must say of them, in arrays.
final class SmallMarket {
    struct Product {
        var number: UInt64
        var id: Text
        var title: String
        var category: Int
        var seller: Int
        var price: Int64
        var stock: Int64
        var sold: Int64 = 0
        var ratings: [Int64] = []
        var addedAt: Int64
        var isListed = true

        /// The average as shown, in tenths.
        var ratingTenths: Int64? {
            ratings.isEmpty ? nil : Int64((Double(ratings.reduce(0, +) * 10) / Double(ratings.count)).rounded())
        }
    }

    /// Of the titles that were there when somebody asked first.
    private(set) lazy var titleRanks = LongTitles.ranks(Set(products.map(\.title)))

    static let categories = 12
    /// Sellers come first, then one customer.
    let sellers: Int
    private let sellerPrefix: String
    /// Titles that products have by chance, nil for the usual ones.
    private let titles: [String]?

    let build: ViewBuild
    private(set) var products: [Product] = []
    private var random: SeededGenerator
    private let directory = NSTemporaryDirectory() + "vitrine-views-\(UUID().uuidString)"
    private var position: UInt64 = 0

    /// Sellers' ids are the prefix and a number.
    init(seed: UInt64, products count: Int, sellers: Int = 9, sellerPrefix: String = "s", titles: [String]? = nil)
        throws
    {
        (self.sellers, self.sellerPrefix, self.titles) = (sellers, sellerPrefix, titles)
        random = SeededGenerator(seed: seed)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        build = try ViewBuild.create(
            path: directory, currency: Currency("GBP")!, identityHigh: 1, identityLow: 2)
        try change { views in
            for seller in 0..<sellers {
                try apply(
                    .userRegistered(
                        UserRegistered(
                            userId: self.seller(seller), name: Text("Seller \(seller)"), role: .seller)), &views)
            }
            try apply(.userRegistered(UserRegistered(userId: "c", name: "Customer", role: .customer)), &views)
        }
        // Several transactions, so that chunks are read back and changed.
        for start in stride(from: 0, to: count, by: 1_500) {
            try change { views in
                for number in start..<min(start + 1_500, count) { try add(number, &views) }
            }
            try change { views in
                for _ in 0..<800 { try changeOne(&views) }
            }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Random changes in a transaction, of products that may change.
    func changeSome(_ count: Int, where mayChange: (Int) -> Bool = { _ in true }) throws {
        try change { views in
            for _ in 0..<count { try changeOne(&views, where: mayChange) }
        }
    }

    /// Ends a product, or gives it another title.
    func discontinue(_ index: Int) throws {
        products[index].isListed = false
        try change { views in
            try apply(.productDiscontinued(ProductDiscontinued(productId: products[index].id)), &views)
        }
    }

    func rename(_ index: Int, to title: String) throws {
        products[index].title = title
        try change { views in
            try apply(.productUpdated(ProductUpdated(productId: products[index].id, title: Text(title))), &views)
        }
    }

    func seller(_ number: Int) -> Text { Text("\(sellerPrefix)\(number)") }
    static func category(_ number: Int) -> Text { Text("category \(number)") }

    func int(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }

    /// The first has half of all, and so many that it is a set; of the others the lower ones are far more likely.
    private func skewed(_ count: Int) -> Int {
        int(0...1) == 0 ? 0 : Int(min(int(0...Int64(count - 1)), int(0...Int64(count - 1))))
    }

    private func change(_ body: (inout ViewWriter) throws -> Void) throws {
        var views = try build.beginWrite()
        try body(&views)
        try views.commit(position: position, epoch: 1)
    }

    private func apply(_ event: Event, at milliseconds: Int64 = 0, _ views: inout ViewWriter) throws {
        position += 1
        try views.apply(event, at: Moment(position: position, time: Timestamp(milliseconds: milliseconds)))
    }

    private func title() -> String {
        if let titles { return titles[Int(int(0...Int64(titles.count - 1)))] }
        let words = [
            "apple", "Äpfel", "Zebra", "zebra crossing", "a \"b\"", "漢字", "Éclair", "eclair", "lamp", "Lamp",
            "an exceedingly long title of a lamp",
        ]
        return words[Int(int(0...Int64(words.count - 1)))] + (int(0...2) == 0 ? "" : " \(int(0...300))")
    }

    /// Small ones tie often. Those of the first chunk have two bytes, some of the others four or five.
    private func price(_ number: Int) -> Int64 {
        guard number >= Column.chunkEntriesUsual, int(0...15) == 0 else { return int(1...400) }
        return int(0...3) == 0 ? 99_999_999_999 - int(0...3) : int(60_000...200_000)
    }

    private func add(_ number: Int, _ views: inout ViewWriter) throws {
        // Prices and moments often tie.
        let product = Product(
            number: UInt64(number), id: Text("p\(number)"), title: title(), category: skewed(SmallMarket.categories),
            seller: skewed(sellers), price: price(number), stock: int(0...2), addedAt: int(-40...40))
        products.append(product)
        try apply(
            .productAdded(
                ProductAdded(
                    productId: product.id, sellerId: seller(product.seller), sku: Text("sku \(number)"),
                    title: Text(product.title), category: SmallMarket.category(product.category), price: product.price,
                    stock: product.stock)), at: product.addedAt, &views)
    }

    private func changeOne(_ views: inout ViewWriter, where mayChange: (Int) -> Bool = { _ in true }) throws {
        let index = Int(int(0...Int64(products.count - 1)))
        guard mayChange(index) else { return }
        let id = products[index].id
        switch int(0...9) {
        case 0:
            guard products[index].isListed else { return }
            products[index].isListed = false
            try apply(.productDiscontinued(ProductDiscontinued(productId: id)), &views)
        case 1, 2:
            products[index].price = price(index)
            try apply(.priceChanged(PriceChanged(productId: id, price: products[index].price)), &views)
        case 3:
            let delta = int(0...1) == 0 ? -products[index].stock : 3
            products[index].stock += delta
            try apply(.stockAdjusted(StockAdjusted(productId: id, delta: delta)), &views)
        case 4:
            products[index].category = skewed(SmallMarket.categories)
            products[index].title = title()
            try apply(
                .productUpdated(
                    ProductUpdated(
                        productId: id, title: Text(products[index].title),
                        category: SmallMarket.category(products[index].category))), &views)
        case 5, 6:
            let units = int(0...30) == 0 ? 70_000 : int(1...5)
            products[index].stock -= units
            products[index].sold += units
            let product = products[index]
            try apply(
                .orderCreated(
                    OrderCreated(
                        orderId: Text("o\(position)"), customerId: "c", status: .created,
                        lines: [
                            .init(
                                productId: id, sellerId: seller(product.seller), sku: "x",
                                title: Text(product.title), quantity: units, unitPrice: product.price)
                        ], total: units * product.price)), &views)
        default:
            // A customer's later review replaces the earlier, so each product is reviewed once here.
            guard products[index].ratings.isEmpty else { return }
            products[index].ratings = [int(1...5)]
            try apply(
                .productReviewed(
                    ProductReviewed(productId: id, customerId: "c", rating: products[index].ratings[0])), &views)
        }
    }
}

struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
