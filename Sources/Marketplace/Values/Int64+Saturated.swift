extension Int64 {
    /// The sum, or the number nearest to it: sums of what was not decoded, and of very many things, must not trap.
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
