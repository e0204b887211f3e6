/// Random numbers that a seed repeats (SplitMix64).
struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Too little uneven to matter: bounds are far below 2^64.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Draws ranks from 0 with the weights 1, 1/2, 1/3 and so on.
struct Zipf {
    private var sums: [Double] = []

    init(_ count: Int) {
        var sum = 0.0
        for rank in 1...max(count, 1) {
            sum += 1 / Double(rank)
            sums.append(sum)
        }
    }

    func draw(_ chance: inout Chance) -> Int {
        let drawn = Double(chance.next() >> 11) / Double(1 << 53) * sums[sums.count - 1]
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > drawn { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
