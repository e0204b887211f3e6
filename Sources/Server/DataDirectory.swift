import Decisions
import EventLog
import Marketplace
import POSIX
import Projector
import Views

/// A data directory opened for writing: its log, and the promise that nothing derived is ahead of it.
public struct DataDirectory: Sendable {
    public let path: String
    public let log: EventLog
    public let currency: Currency
    private let report: @Sendable (String) -> Void

    /// What a directory trades in when nobody says.
    public static let currencyOfNew = Currency("GBP")!

    /// Why a data directory cannot be served. One line that says what, where and what to do.
    public struct Refusal: Error, CustomStringConvertible {
        public let description: String
        public init(_ description: String) { self.description = description }
    }

    /// Opens or creates the directory and recovers its log. `report` gets a line for whatever the owner should know.
    ///
    /// Without a `currency` it is the one that the directory was made with, and pounds sterling for a new one.
    ///
    /// If views or decisions are ahead of the log, acknowledged events are gone: the log gets a new identity, so that
    /// tokens of before are refused rather than answered with something else.
    public init(
        path: String, currency: Currency?, diskReserveBytes: Int = 16 << 20,
        report: @escaping @Sendable (String) -> Void
    ) throws {
        let creationTag = Array((currency ?? DataDirectory.currencyOfNew).description.utf8)
        let options = EventLogOptions(diskReserveBytes: diskReserveBytes, creationTag: creationTag)
        let log = try EventLog.open(path, options: options)
        let found = try DataDirectory.currency(of: log, at: path, asked: currency)
        (self.path, self.log, self.currency, self.report) = (path, log, found, report)
        if log.recovery.cutBytes > 0 {
            report(
                "cut \(log.recovery.cutBytes) bytes of a batch that was never acknowledged off \(log.recovery.cutSegment ?? "the log")"
            )
        }
        if log.wasCreated { reportLostLog() } else { try refuseLostEvents() }
    }

    /// There was no log: what was made from one tells how much is gone.
    private func reportLostLog() {
        guard let current = try? viewDirectory.currentPath(), let last = ViewBuild.storedPosition(path: current),
            last > 0
        else { return }
        report(
            "\(path)/log was empty, but positions 1 to \(last) had been acknowledged: they are gone. "
                + "Beginning a new log, in \(currency); to have them back, stop vitrine and put the old files of log/ in the place of the new"
        )
    }

    /// Refuses another currency than the directory was made with. Changes nothing; any currency suits one that is not there.
    static func requireCurrency(_ currency: Currency, at path: String) throws {
        let log: EventLog
        do throws(EventLogError) {
            log = try EventLog.openForReading(path)
        } catch {
            guard case .missing = error else { throw error }
            return
        }
        _ = try DataDirectory.currency(of: log, at: path, asked: currency)
    }

    private static func currency(of log: EventLog, at path: String, asked: Currency?) throws(Refusal) -> Currency {
        let made = String(decoding: log.creationTag.prefix { $0 != 0 }, as: UTF8.self)
        guard let found = Currency(made), found == asked ?? found else {
            let others = asked.map { ", not \($0)" } ?? ""
            throw Refusal(
                "\(path) was made with the currency \(made)\(others): start with --currency \(made), or choose another --data directory"
            )
        }
        return found
    }

    private func refuseLostEvents() throws {
        var last = log.durablePosition
        let identity = log.identity
        if let views = try? openViews(), let checkpoint = try? views.checkpoint(),
            checkpoint.identityHigh == identity.high, checkpoint.identityLow == identity.low
        {
            last = max(last, checkpoint.position)
        }
        if let decided = Decisions.storedPosition(directory: path, identity: identity) { last = max(last, decided) }
        guard last > log.durablePosition else { return }
        report(
            "the log ends at position \(log.durablePosition), but positions \(log.durablePosition + 1) to \(last) had been acknowledged: they are gone. "
                + "Rebuilding views and decisions under a new log identity; tokens of before will be refused")
        // First, so that a crash in between leaves derived state that belongs to another log.
        try log.renewIdentity()
    }

    private var viewDirectory: ViewDirectory { ViewDirectory(dataDirectory: path) }

    private func openViews() throws -> ViewBuild? {
        guard let current = try viewDirectory.currentPath() else { return nil }
        return try ViewBuild.open(path: current, currency: currency)
    }

    /// The live build, brought up to the log's end; built anew when it is missing or cannot be used.
    public func projector(_ freshness: Freshness) throws -> Projector {
        var build: ViewBuild?
        var reason: String? = log.durablePosition > 0 ? "there are none" : nil
        do {
            if let found = try openViews() {
                let checkpoint = try found.checkpoint()
                if checkpoint.identityHigh != log.identity.high || checkpoint.identityLow != log.identity.low {
                    reason = "they belong to another log"
                } else {
                    build = found
                }
            }
        } catch {
            reason = "\(error)"
        }
        if build == nil, let reason { report("rebuilding the views from the log: \(reason)") }
        let live =
            try build
            ?? viewDirectory.makeBuild(
                currency: currency, identityHigh: log.identity.high, identityLow: log.identity.low)
        let projector = Projector(build: live, log: log, freshness: freshness)
        let progress = Progress(end: log.durablePosition, report: report)
        try projector.catchUp { progress.note("views", $0) }
        // A build becomes the live one when it is whole, so a crash on the way leaves no half of one.
        if build == nil { try viewDirectory.switchCurrent(to: live) }
        try viewDirectory.removeOthers(except: live)
        return projector
    }

    /// The write side, brought up to the log's end.
    public func decisions(_ troubles: Decisions.Troubles) throws -> Decisions {
        let progress = Progress(end: log.durablePosition, report: report)
        return try Decisions(log: log, directory: path, currency: currency, troubles: troubles) { position, discarded in
            if let discarded { progress.once("folding decisions from the log: \(discarded)") }
            progress.note("decisions", position)
        }
    }
}

/// Says how far a long catch-up is, once a second.
final class Progress {
    private let end: UInt64
    private let report: (String) -> Void
    private var saidAt = Clock.monotonicNanoseconds
    private var isSaid = false

    init(end: UInt64, report: @escaping (String) -> Void) { (self.end, self.report) = (end, report) }

    func once(_ line: String) {
        guard !isSaid else { return }
        isSaid = true
        report(line)
    }

    func note(_ what: String, _ position: UInt64) {
        let now = Clock.monotonicNanoseconds
        guard now - saidAt >= 1_000_000_000 else { return }
        saidAt = now
        report("\(what) at position \(position) of \(end)")
    }
}
