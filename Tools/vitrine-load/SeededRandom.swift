/// SplitMix64 (Steele, Lea, Flood 2014): the same seed makes the same run on any machine, at a nanosecond a number.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `bound`, `bound` left out. The bias of the multiply is below 2⁻³² for the sizes drawn here.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number from 0 up to 1, 1 left out.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
