import JSON

/// Makes the requests of one loop and learns from their answers. It belongs to its loop and is asked by no other.
protocol Workload: AnyObject {
    /// The kinds of requests, in the order of `AnswerRule.kind`.
    var kinds: [String] { get }

    /// Writes a whole request and says what its answer must be like.
    func writeRequest(to writer: inout ByteWriter) -> AnswerRule

    /// Takes note of a right answer.
    func learn(from answer: AnswerParser, to rule: AnswerRule)
}

/// What a run asks for, shared by all loops; each makes a workload of its own from it.
enum WorkloadPlan: Sendable {
    case path(String)
    case browse(Catalog)
    case buy(Catalog)

    /// What the pages of the run are taken from.
    var catalog: Catalog? {
        switch self {
        case .path: nil
        case .browse(let catalog), .buy(let catalog): catalog
        }
    }

    func makeWorkload(authority: String, seed: UInt64) -> any Workload {
        switch self {
        case .path(let path): PathWorkload(path: path, authority: authority)
        case .browse(let catalog): BrowseWorkload(catalog: catalog, authority: authority, seed: seed)
        case .buy(let catalog): BuyWorkload(catalog: catalog, authority: authority, seed: seed)
        }
    }
}
