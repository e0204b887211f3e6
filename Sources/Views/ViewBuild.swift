import JSON
import LMDB
import Marketplace

/// One build of the views: an LMDB environment with all tables, at one position of one log.
public final class ViewBuild: Sendable {
    /// What rows look like. Change the number with any row, key or table; a build of another definition is discarded.
    static let formatVersion = 12
    /// Address space for each open build: it cannot grow beyond it.
    public static let reservedBytes = 256 << 30

    /// The build's directory.
    public let path: String
    public let currency: Currency
    /// Its commits do not wait for the disk; these keep a state that is on it. Nil in one that is only read.
    public let syncPoints: SyncPoints?
    let environment: Environment
    let tables: ViewTables

    private init(
        path: String, currency: Currency, environment: Environment, tables: ViewTables, syncPoints: SyncPoints?
    ) {
        (self.path, self.currency, self.environment, self.tables) = (path, currency, environment, tables)
        self.syncPoints = syncPoints
    }

    /// Why an existing build cannot be used. The log can always make a new one.
    public enum Unusable: Error, CustomStringConvertible {
        case storage(LMDBError)
        /// It holds a part of a batch.
        case incomplete
        /// There is no saying what of it is on the disk.
        case noSyncPoint
        /// It was written to before the machine's last start, and can only be read once it was put back.
        case notPutBack
        case otherDefinition(found: String, wanted: String)

        public var description: String {
            switch self {
            case .storage(let error): error.description
            case .incomplete: "it has no checkpoint: it is being caught up, or was when its process ended"
            case .noSyncPoint: "it has no sync point"
            case .notPutBack: "the machine was started anew since they were written: start vitrine once"
            case .otherDefinition(let found, let wanted):
                "it is of definition '\(found)', this program's is '\(wanted)'"
            }
        }
    }

    private static func definition(_ currency: Currency) -> String {
        "vitrine-views \(formatVersion) \(currency) collation \(TitleOrder.version)"
    }

    private static let definitionKey: [UInt8] = Array("definition".utf8)

    /// Opens the build in `path`, refusing what is not whole. One that a power cut may have left in pieces, or that holds a
    /// part of a batch, is put back to its sync point first, unless it is only read.
    public static func open(path: String, currency: Currency, isReadOnly: Bool = false) throws(Unusable) -> ViewBuild {
        do throws(Unusable) {
            return try openWhole(path: path, currency: currency, isReadOnly: isReadOnly)
        } catch {
            guard case .incomplete = error, !isReadOnly else { throw error }
            do { try SyncPoints.putBack(path) } catch { throw .storage(error) }
            return try openWhole(path: path, currency: currency, isReadOnly: isReadOnly)
        }
    }

    private static func openWhole(path: String, currency: Currency, isReadOnly: Bool) throws(Unusable) -> ViewBuild {
        do {
            switch try SyncPoints.standing(of: path) {
            case .missing: throw Unusable.noSyncPoint
            case .behind where isReadOnly: throw Unusable.notPutBack
            case .behind, .current: break
            }
            let environment = try Environment(path: path, options: options(isReadOnly: isReadOnly))
            let transaction = try environment.beginRead()
            // First of all: another definition may have other tables.
            guard let found = try storedDefinition(transaction) else { throw Unusable.incomplete }
            let wanted = ViewBuild.definition(currency)
            guard found == wanted else { throw Unusable.otherDefinition(found: found, wanted: wanted) }
            guard let tables = try ViewTables(opening: transaction), try Checkpoint.read(transaction, tables) != nil
            else { throw Unusable.incomplete }
            try transaction.commit()
            let build = ViewBuild(
                path: path, currency: currency, environment: environment, tables: tables,
                syncPoints: isReadOnly ? nil : try SyncPoints(environment))
            // Before anything is written: pages of the last point may be free by now, and nothing pins them any more.
            try build.synchronize()
            return build
        } catch let error as Unusable {
            throw error
        } catch let error as LMDBError {
            throw .storage(error)
        } catch {
            preconditionFailure("unexpected error \(error)")
        }
    }

    /// What the build in `path` says of itself, whatever its definition.
    public struct Claim: Sendable {
        public let checkpoint: Checkpoint
        /// What it trades in; nil where its definition does not say.
        public let currency: Currency?
    }

    /// Nil when there is no build in `path` that can be read. Nobody may have it open: one that a power cut may have left in
    /// pieces, or that holds a part of a batch, is put back to its sync point first.
    public static func claim(path: String) -> Claim? {
        do throws(LMDBError) {
            if case .behind = try SyncPoints.standing(of: path) { try SyncPoints.putBack(path) }
            if let claim = storedClaim(path) { return claim }
            try SyncPoints.putBack(path)
            return storedClaim(path)
        } catch {
            return nil
        }
    }

    /// Whether the rows in `path` are those that the kept tallies were counted from, by a scan of all. Damaged pages may end the
    /// process. Nobody may have it open: it is put back to its sync point where `open` would. A build that another definition
    /// made is left to whoever makes it anew.
    public static func isProven(path: String) -> Bool {
        do {
            if case .behind = try SyncPoints.standing(of: path) { try SyncPoints.putBack(path) }
            if let isProven = try scan(path) { return isProven }
            try SyncPoints.putBack(path)
            return try scan(path) ?? false
        } catch {
            return false
        }
    }

    /// Nil for a build in the midst of a batch.
    private static func scan(_ path: String) throws(LMDBError) -> Bool? {
        let environment = try Environment(path: path, options: options(isReadOnly: true))
        let transaction = try environment.beginRead()
        guard let found = try storedDefinition(transaction) else { return false }
        guard found.hasPrefix("vitrine-views \(formatVersion) ") else { return true }
        guard let tables = try ViewTables(opening: transaction) else { return false }
        guard try Checkpoint.read(transaction, tables) != nil else { return nil }
        for (table, claimed) in zip(ViewTable.allCases, try Checkpoint.readTallies(transaction, tables)) {
            var tally = Tally()
            var cursor = try transaction.cursor(tables[table])
            var isRow = try cursor.first()
            // Pages that lead in a circle have more rows than that.
            while isRow, tally.rows <= claimed.rows {
                tally.add(table, cursor.key, cursor.value)
                isRow = try cursor.next()
            }
            guard tally == claimed else { return false }
        }
        return try transaction.isFreeListSound()
    }

    private static func storedClaim(_ path: String) -> Claim? {
        guard let environment = try? Environment(path: path, options: options(isReadOnly: true)),
            let transaction = try? environment.beginRead(), let meta = try? transaction.table(ViewTables.metaName),
            let checkpoint = try? Checkpoint.read(transaction, meta: meta)
        else { return nil }
        // `vitrine-views <format version> <currency> …` in every version.
        let words = (try? storedDefinition(transaction))?.split(separator: " ") ?? []
        return Claim(checkpoint: checkpoint, currency: words.count > 2 ? Currency(String(words[2])) : nil)
    }

    /// Makes an empty build at position 0 of the log `identity` in the directory `path`, which must exist. It has no sync point
    /// before the first `synchronize`: a power cut until then leaves nothing that can be opened.
    public static func create(path: String, currency: Currency, identityHigh: UInt64, identityLow: UInt64)
        throws(LMDBError) -> ViewBuild
    {
        let environment = try Environment(path: path, options: options(isReadOnly: false))
        var transaction = try environment.beginWrite()
        let tables = try ViewTables(creating: &transaction)
        let definition = Array(definition(currency).utf8)
        try transaction.put(tables.meta, definitionKey.span.bytes, definition.span.bytes)
        try Checkpoint(identityHigh: identityHigh, identityLow: identityLow, epoch: identityHigh, position: 0)
            .write(&transaction, tables)
        try transaction.commit()
        return ViewBuild(
            path: path, currency: currency, environment: environment, tables: tables,
            syncPoints: try SyncPoints(environment))
    }

    private static func storedDefinition(_ transaction: borrowing ReadTransaction) throws(LMDBError) -> String? {
        guard let meta = try transaction.table(ViewTables.metaName),
            let definition = try transaction.get(meta, definitionKey.span.bytes)
        else { return nil }
        return definition.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    private static func options(isReadOnly: Bool) -> Environment.Options {
        var options = Environment.Options()
        options.mapBytes = reservedBytes
        options.isReadOnly = isReadOnly
        options.syncsCommits = false
        return options
    }

    public func beginRead() throws(LMDBError) -> ViewSnapshot { try ViewSnapshot(self) }

    public func beginWrite(commits: ViewWriter.Commits = .atOnce) throws(LMDBError) -> ViewWriter {
        let transaction = try environment.beginWrite()
        let checkpoint = try checkpoint(transaction)
        let tallies = try Checkpoint.readTallies(transaction, tables)
        return ViewWriter(
            transaction: transaction, tables: tables, currency: currency, checkpoint: checkpoint, tallies: tallies,
            commits: commits)
    }

    /// Returns when all that is committed is on the disk. Nothing may be committed meanwhile.
    public func synchronize() throws(LMDBError) {
        guard let syncPoints else { return }
        try syncPoints.store(syncPoints.mark())
    }

    public func checkpoint() throws(LMDBError) -> Checkpoint {
        let transaction = try environment.beginRead()
        return try checkpoint(transaction)
    }

    private func checkpoint<Source: RowSource & ~Copyable>(_ source: borrowing Source) throws(LMDBError) -> Checkpoint {
        // After a batch in steps that failed: nothing may go on from here.
        guard let checkpoint = try Checkpoint.read(source, tables) else {
            throw LMDBError(missing: "checkpoint", path: path)
        }
        return checkpoint
    }

    /// Bytes that the build takes on disk, and the most that it can.
    public var usedBytes: Int { environment.usedBytes }
    public var mapBytes: Int { environment.mapBytes }
}
