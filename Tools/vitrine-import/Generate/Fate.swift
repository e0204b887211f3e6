import JSON

/// What becomes of an order, and when: nil for what never happens.
struct Fate: Equatable {
    private(set) var paidAt: Timestamp?
    private(set) var shippedAt: Timestamp?
    private(set) var deliveredAt: Timestamp?
    /// Before it was shipped.
    private(set) var cancelledAt: Timestamp?
    /// Once it was paid.
    private(set) var refundedAt: Timestamp?

    private static let minute: Int64 = 60_000
    private static let hour: Int64 = 60 * minute

    /// Nothing happens after `end`, so the last days' orders are still on their way.
    init(_ chance: inout SplitMix64, placedAt: Timestamp, end: Timestamp) {
        /// Some time after `time`, if both are in the market's time.
        func later(_ time: Timestamp?, _ unit: Int64, _ least: Int, _ spread: Int) -> Timestamp? {
            let after = unit * Int64(least + chance.below(spread))
            guard let time, time.milliseconds + after < end.milliseconds else { return nil }
            return Timestamp(milliseconds: time.milliseconds + after)
        }
        let roll = chance.below(100)
        // One in a hundred is never paid and forgotten.
        if roll == 0 { return }
        if roll < 4 {
            cancelledAt = later(placedAt, Self.hour, 24, 48)
            return
        }
        paidAt = later(placedAt, Self.minute, 1, 180)
        if roll < 6 {
            cancelledAt = later(paidAt, Self.hour, 1, 5)
            return
        }
        if roll < 7 {
            refundedAt = later(paidAt, Self.hour, 2, 20)
            return
        }
        shippedAt = later(paidAt, Self.hour, 6, 42)
        deliveredAt = later(shippedAt, Self.hour, 20, 76)
        if roll < 10 { refundedAt = later(deliveredAt, Self.hour, 48, 288) }
    }
}

extension GeneratedMarket {
    func fate(ofOrder index: Int) -> Fate {
        var chance = chance(.fate, index)
        return Fate(&chance, placedAt: placedAt(order: index), end: Self.end)
    }
}
