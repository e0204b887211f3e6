import EventLog
import LMDB
import Marketplace
import POSIX
import Views

/// Builds the views anew from the log, beside the live ones, with the projector's own `apply`.
public struct Rebuild {
    private let directory: ViewDirectory
    private let log: EventLog
    private let currency: Currency

    public init(directory: ViewDirectory, log: EventLog, currency: Currency) {
        (self.directory, self.log, self.currency) = (directory, log, currency)
    }

    /// A new build at `position`, not live yet. `onProgress` gets the position now and then.
    public func run(to position: UInt64, onProgress: (UInt64) -> Void) throws -> ViewBuild {
        let build = try directory.makeBuild(
            currency: currency, identityHigh: log.identity.high, identityLow: log.identity.low)
        do {
            let projection = try Projection(build, log, commits: .inSteps)
            while projection.position < position, try projection.step(upTo: position, onProgress: onProgress) {
                onProgress(projection.position)
            }
        } catch {
            try directory.remove(build.path)
            throw error
        }
        return build
    }
}

/// Two builds at one position, held against each other table by table.
public struct Comparison: Sendable {
    public struct Difference: Sendable, CustomStringConvertible {
        public let table: ViewTable
        public let claimed: Tally
        public let found: Tally
        public let rebuilt: Tally

        public var description: String {
            "table \(table.name): the log makes \(rebuilt.rows) rows, the views hold \(found.rows)"
                + (claimed == found ? "" : " and claim \(claimed.rows)")
                + (rebuilt.rows == found.rows ? " with other content" : "")
        }
    }

    public let position: UInt64
    public let rows: UInt64
    public let differences: [Difference]

    /// Compares by a scan of all rows of both; the kept tallies of `old` must agree with its rows as well.
    public static func compare(_ old: borrowing ViewSnapshot, _ new: borrowing ViewSnapshot) throws(LMDBError)
        -> Comparison
    {
        let claims = try old.tallies()
        var differences: [Difference] = []
        var rows: UInt64 = 0
        for (table, claimed) in zip(ViewTable.allCases, claims) {
            let found = try old.recomputedTally(table)
            let rebuilt = try new.recomputedTally(table)
            rows += rebuilt.rows
            if found != rebuilt || claimed != found {
                differences.append(Difference(table: table, claimed: claimed, found: found, rebuilt: rebuilt))
            }
        }
        return Comparison(position: try new.checkpoint().position, rows: rows, differences: differences)
    }
}
