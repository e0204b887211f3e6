/// Why an import stopped, as one line: what, where, and what to do about it.
struct ImportError: Error, CustomStringConvertible, Equatable {
    let description: String

    init(_ description: String) { self.description = description }
}
