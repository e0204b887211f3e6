/// How much one query may read of a snapshot, and how much it has read, in nominal nanoseconds.
///
/// What a query costs is counted while it runs, by `ReadCost`, rather than estimated before: what it reads often depends on
/// what it finds. What is known beforehand is charged beforehand, such as a comparison of all columns, so that a query which
/// is too long mostly ends before it has begun. The costs are figures, not the clock: where a query is answered depends on
/// the market alone and not on how busy the machine is.
///
/// Over budget the look-ups of a snapshot end early, with less than was asked for: who set a limit asks `isOver` before using
/// what they gave.
public final class ReadBudget {
    /// For a loop, which must not be blocked for more than a millisecond.
    public static let loop_ns = 500_000
    /// For who may take time, but must not hold a snapshot for longer than 50 milliseconds: it keeps pages from being reused.
    public static let worker_ns = 50_000_000

    /// A negative limit is passed by every query.
    public var limit_ns = Int.max
    /// Of the present query.
    public private(set) var spent_ns = 0

    /// Of the present query: rows looked up, steps of lists, and reads of a chunk of a column. What a query costs wherever it runs.
    public private(set) var rowsRead = 0

    public var isOver: Bool { spent_ns > limit_ns }

    /// Starts a query.
    public func begin() { (spent_ns, rowsRead) = (0, 0) }

    func read(rows: Int) { rowsRead &+= rows }

    /// False when this is more than is left.
    @discardableResult
    func spend(_ cost_ns: Int) -> Bool {
        spent_ns &+= cost_ns
        return spent_ns <= limit_ns
    }
}

/// What reads cost, in nanoseconds, rounded up: measured warm on a 2-core machine at up to 1,000,000 products and 2,000,000
/// orders. What is not here is bounded by the size of a page, 100, or by the few things that are looked at one by one:
/// 1,000 steps of a product list, 300 of an order list, 2,048 orders of one user. None of these takes half a millisecond.
enum ReadCost {
    /// A step of a list, with its item's entries in some columns compared.
    static let step_ns = 120
    /// A chunk of 4,032 products for which columns are compared, and one of its columns.
    static let productChunk_ns = 300
    static let comparedChunk_ns = 1_000
    /// A chunk of bits.
    static let setChunk_ns = 150
    /// A product that matches: its entry compared with the last that is kept.
    static let match_ns = 4
    /// A step of a list of products of which it is known whether they match.
    static let matchStep_ns = 80
    /// A product counted for its category and its seller.
    static let facet_ns = 3
    /// A chunk whose prices or ratings are summed.
    static let summedChunk_ns = 1_500
    /// A counter of facets, cleared and looked at.
    static let counter_ns = 2
    /// A value that has products, put in its place by their count.
    static let facetValue_ns = 20
    /// A row that gives the text of a facet's value, or of a thing in a report, and its place by it among others.
    static let text_ns = 1_500
    /// A product put in its place among those that are kept.
    static let keptProduct_ns = 250
    /// The sort key of a title: a row and ICU, and for each byte of it, of which the longest have thousands.
    static let titleKey_ns = 2_500
    static let titleKeyByte_ns = 7

    /// What is known of a chunk of 4,032 orders without reading it, and its place among the others.
    static let orderChunkBounds_ns = 60
    /// The filter's columns of a chunk of orders: a rare status by total takes 1 to 2.5 ms for 2,000,000.
    static let orderChunk_ns = 5_000
    static let keptOrder_ns = 100

    /// A row of sales, found by a cursor.
    static let salesRow_ns = 150
    /// A seek of a cursor.
    static let seek_ns = 700
    /// An order whose lines a report counts one by one, and each of the lines.
    static let countedOrder_ns = 1_200
    static let countedLine_ns = 400
    /// A byte of a row of sales: an entry is 8 to 10 bytes and takes 8 ns, or 16 on a busy machine.
    static let salesByte_ns = 2
}
