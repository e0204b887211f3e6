/// Why a run could not be made: one line that says what, where and what to do.
struct LoadError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
