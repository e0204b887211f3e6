/// Draws an index in proportion to its weight.
struct WeightedChoice: Sendable {
    private let cumulative: [Double]

    /// At least one weight must be above zero.
    init(weights: [Double]) {
        var sum = 0.0
        cumulative = weights.map { weight in
            sum += weight
            return sum
        }
        precondition(sum > 0, "nothing to choose from")
    }

    /// Zipf's law with exponent 1: the second is asked for half as often as the first, as in a storefront.
    static func zipf(_ count: Int) -> WeightedChoice {
        WeightedChoice(weights: (1...count).map { 1 / Double($0) })
    }

    func draw(_ random: inout SeededRandom) -> Int {
        let point = random.unit() * cumulative[cumulative.count - 1]
        var (low, high) = (0, cumulative.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > point { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
