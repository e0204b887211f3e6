/// SplitMix64 (Steele, Lea and Flood, 2014): chance that is the same on every machine. Only integer arithmetic, because
/// the last bit of a logarithm differs between C libraries.
struct SplitMix64 {
    private var state: UInt64

    /// Chance of its own for thing `index` of a `stream`, so that any thing can be made without those before it.
    init(seed: UInt64, stream: UInt64, index: Int) {
        state = seed
        state = next() ^ stream
        state = next() ^ UInt64(index)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SplitMix64 {
    /// 0 ..< `bound`, all equally often as far as anyone could count.
    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    /// 0 ..< `count`, the first most often: Zipf's law, a share of 1/rank. An octave of ranks (1, 2–3, 4–7, …) is drawn, then a
    /// rank of it, kept as often as it should come in comparison with the octave's first.
    mutating func rank(_ count: Int) -> Int {
        let octaves = Int.bitWidth - count.leadingZeroBitCount
        while true {
            let first = 1 << below(octaves)
            let rank = first + below(first)
            if rank <= count, below(rank) < first { return rank - 1 }
        }
    }

    mutating func isOne(in count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}
