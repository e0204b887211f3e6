import JSON
import Marketplace

/// A made-up market that follows from its seed and sizes alone.
///
/// Every user, product and order is a function of the seed and its own number, made when it is asked for. All that is
/// kept is how many units of each product the orders take: four bytes a product.
///
/// Users and products come first, then a year of trade, in rounds: changes of prices, stock, texts and names, then the
/// orders of those days and what becomes of them.
struct GeneratedMarket {
    struct Size: Equatable {
        var products: Int
        var orders: Int
        var sellers: Int
        var categories: Int
        var customers: Int

        /// Zero for `sellers`, `categories` and `customers` would leave products and orders without.
        init(products: Int, orders: Int, sellers: Int? = nil, categories: Int? = nil, customers: Int? = nil) {
            (self.products, self.orders) = (products, orders)
            self.sellers = sellers ?? max(1, products / 100)
            self.categories = categories ?? min(500, max(1, products / 200))
            self.customers = customers ?? max(1, orders / 8)
        }
    }

    /// What one order takes of one product.
    struct Line: Equatable {
        let product: Int
        let quantity: Int
    }

    let seed: UInt64
    let size: Size
    let currency: Currency
    /// Units of each product that the orders take.
    let unitsSold: [UInt32]

    init(seed: UInt64, currency: Currency = Currency("GBP")!, size: Size) {
        (self.seed, self.size, self.currency) = (seed, size, currency)
        var sold = [UInt32](repeating: 0, count: size.products)
        for order in 0..<size.orders {
            // Safe from overflow: 100 million orders, the most there can be, take 24 units each at most.
            for line in Self.lines(ofOrder: order, seed: seed, size: size) {
                sold[line.product] += UInt32(line.quantity)
            }
        }
        unitsSold = sold
    }

    /// The streams of chance: one a kind of thing, so that a new kind leaves the others as they are.
    enum Stream: UInt64 {
        case seller = 1
        case customer, product, price, order, orderLines, spareStock, change, fate, reason, review, quality
    }

    func chance(_ stream: Stream, _ index: Int) -> SplitMix64 {
        SplitMix64(seed: seed, stream: stream.rawValue, index: index)
    }

    // Counted from fixed days, so that the market does not depend on when it is made: users from 2024-01-01 and products
    // from 2024-02-01 are there when orders begin.
    static let day: Int64 = 86_400_000
    private static let usersFrom = Timestamp(milliseconds: 1_704_067_200_000)  // 2024-01-01
    private static let productsFrom = Timestamp(milliseconds: 1_706_745_600_000)  // 2024-02-01
    private static let customersFrom = Timestamp(milliseconds: 1_709_251_200_000)  // 2024-03-01
    private static let ordersFrom = Timestamp(milliseconds: 1_735_689_600_000)  // 2025-01-01

    func registeredAt(seller index: Int) -> Timestamp { Self.time(Self.usersFrom, days: 30, index, size.sellers) }
    func registeredAt(customer index: Int) -> Timestamp {
        Self.time(Self.customersFrom, days: 300, index, size.customers)
    }
    func addedAt(product index: Int) -> Timestamp { Self.time(Self.productsFrom, days: 330, index, size.products) }
    func placedAt(order index: Int) -> Timestamp { Self.time(Self.ordersFrom, days: 365, index, size.orders) }
    func changedAt(change index: Int) -> Timestamp { Self.time(Self.ordersFrom, days: 365, index, changeCount) }
    /// The last moment of the market: what would come later has not happened yet.
    static let end = Timestamp(milliseconds: ordersFrom.milliseconds + 365 * day)

    /// Spreads things evenly over `days`.
    private static func time(_ start: Timestamp, days: Int64, _ index: Int, _ count: Int) -> Timestamp {
        // Fits: 365 days of milliseconds times 100 million is 3.2 × 10^18.
        Timestamp(milliseconds: start.milliseconds + days * day * Int64(index) / Int64(count))
    }

    /// 1 to 6 lines of 1 to 4 units; some products are far more wanted than others, and one may come twice.
    static func lines(ofOrder index: Int, seed: UInt64, size: Size) -> [Line] {
        var chance = SplitMix64(seed: seed, stream: Stream.orderLines.rawValue, index: index)
        return (0..<(1 + chance.below(6))).map { _ in
            Line(
                product: scattered(chance.rank(size.products), size.products),
                quantity: chance.isOne(in: 3) ? 2 + chance.below(3) : 1)
        }
    }

    /// The thing of a popularity rank: a permutation, so that what is popular is spread over sellers and days.
    static func scattered(_ rank: Int, _ count: Int) -> Int {
        // A prime beyond any count shares no factor with it. The product fits: 10^8 times 2.7 × 10^9.
        (rank * 2_654_435_761 + 7) % count
    }

    /// In minor units: 0.50 to 255.99, half of it below 16, ending like prices do.
    func price(ofProduct index: Int) -> Amount {
        var chance = chance(.price, index)
        // Tossing eight coins for the octave makes a bell over the logarithm.
        let octave = (chance.next() & 0xFF).nonzeroBitCount
        let pounds = octave == 0 ? 0 : (1 << (octave - 1)) + chance.below(1 << (octave - 1))
        return Amount(pounds * 100 + chance.pick([99, 99, 99, 95, 50]))
    }
}
