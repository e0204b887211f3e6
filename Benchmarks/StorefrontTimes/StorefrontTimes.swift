import ArgumentParser

/// What queries cost in process: one thread, no socket, warm, beside bare reads of the same rows.
@main
struct StorefrontTimes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Times queries of a data directory in process, on one thread, with nobody writing.",
        subcommands: [Pages.self, Filters.self, Sizes.self, Events.self])
}

/// What a measure must keep to, from the issue that asked for these lists.
enum Target {
    static let firstPageMicros = 15.0
    static let randomPageMicros = 30.0
    static let cachedMicros = 0.5
    static let ordersMicros = 10.0
    static let productMicros = 3.0
    /// As a multiple of the bare reads.
    static let ratio = 1.5
    /// How much more a larger market may cost than the bare reads say.
    static let growth = 1.2
    static let filtersMicros = 1_000.0
    static let facetsMicros = 2_000.0
}

struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
