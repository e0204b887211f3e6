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
    private let lock: DirectoryLock
    private let derived: DerivedState
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
    /// Where views, decisions or the log itself prove that acknowledged events are gone, it throws and changes nothing. With
    /// `acceptsLoss` it goes on with what is there: `LossAcceptance`.
    public init(
        path: String, currency: Currency?, diskReserveBytes: Int = 16 << 20, acceptsLoss: Bool = false,
        report: @escaping @Sendable (String) -> Void
    ) throws {
        let lock = try DirectoryLock(path)
        try LogSalvage.finishEarlier(lock)
        let derived = try DerivedState(lock, views: ViewDirectory(dataDirectory: path), report: report)
        let creationTag = Array((currency ?? derived.currency ?? DataDirectory.currencyOfNew).description.utf8)
        let options = EventLogOptions(diskReserveBytes: diskReserveBytes, creationTag: creationTag)
        var log: EventLog
        do throws(EventLogError) {
            log = try EventLog.open(lock, options: options, witnesses: derived.witnesses)
        } catch {
            guard acceptsLoss, let acknowledged = error.acknowledged(derived.witnesses) else { throw error }
            if case .lost(let loss) = error, loss.found == .nothing { try derived.requireCurrency(currency, at: path) }
            try error.requireCurrency(currency ?? derived.currency)
            report("going on after a loss: \(error.finding)")
            let accepted = try LossAcceptance(lock, options: options, acknowledged: acknowledged)
            for line in accepted.summary { report(line) }
            log = try EventLog.open(lock, options: options)
        }
        let found = try DataDirectory.currency(of: log, at: path, asked: currency)
        (self.path, self.log, self.currency, self.report) = (path, log, found, report)
        (self.lock, self.derived) = (lock, derived)
        reportRecovery()
    }

    private func reportRecovery() {
        let found = log.recovery
        if found.cutBytes > 0 {
            report(
                "cut \(found.cutBytes) bytes of a batch that was never acknowledged off \(found.cutSegment ?? "the log")"
            )
        }
        if !found.setAside.isEmpty {
            report(
                "\(path)/log is a copy that was made while it was written to: it ends at position \(found.lastPosition), "
                    + "and what the copy holds behind a gap is in \(found.setAside.joined(separator: ", "))")
        }
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
            throw .otherCurrency(made, at: path, asked: asked)
        }
        return found
    }

    private var viewDirectory: ViewDirectory { ViewDirectory(dataDirectory: path) }

    /// The live build, brought up to the log's end; built anew when it is missing or cannot be used.
    public func projector(_ freshness: Freshness) throws -> Projector {
        let (found, reason) = usableViews()
        var discarded = reason
        if let found {
            do {
                return try live(found, freshness)
            } catch let error as ProjectionError where error.isOfViews {
                discarded = "they cannot be brought up to the log's end: \(error)"
            }
        }
        if let discarded { report("rebuilding the views from the log: \(discarded)") }
        let build = try viewDirectory.makeBuild(
            currency: currency, identityHigh: log.identity.high, identityLow: log.identity.low)
        return try live(build, freshness) { try viewDirectory.switchCurrent(to: build) }
    }

    /// The build that `views/current` names, or why there is none that can be used; neither for an empty log.
    private func usableViews() -> (ViewBuild?, discarded: String?) {
        do {
            guard let current = try viewDirectory.currentPath() else {
                return (nil, log.durablePosition > 0 ? "there are none" : nil)
            }
            if let distrust = derived.viewsDistrust { return (nil, distrust) }
            let build = try ViewBuild.open(path: current, currency: currency)
            let checkpoint = try build.checkpoint()
            if checkpoint.identity != log.identity { return (nil, "they belong to another log") }
            if !log.has(position: checkpoint.position, epoch: checkpoint.epoch) {
                return (nil, "they are at position \(checkpoint.position) of a history that the log does not have")
            }
            return (build, nil)
        } catch {
            return (nil, "\(error)")
        }
    }

    /// Brings the build up to the log's end. `whenWhole` makes it the live one, so a crash on the way leaves no half of one.
    private func live(
        _ build: ViewBuild, _ freshness: Freshness, whenWhole: () throws -> Void = {}
    ) throws -> Projector {
        let projector = Projector(build: build, log: log, freshness: freshness)
        let progress = Progress(end: log.durablePosition, report: report)
        try projector.catchUp { progress.note("views", $0) }
        try lock.name(DerivedState.file(ofBuild: build.path))
        try lock.write()
        try whenWhole()
        try viewDirectory.removeOthers(except: build)
        return projector
    }

    /// The write side, brought up to the log's end.
    public func decisions(_ troubles: Decisions.Troubles) throws -> Decisions {
        let progress = Progress(end: log.durablePosition, report: report)
        let decisions = try Decisions(
            log: log, directory: path, currency: currency, troubles: troubles, distrust: derived.decisionsDistrust
        ) { position, discarded in
            if let discarded { progress.once("folding decisions from the log: \(discarded)") }
            progress.note("decisions", position)
        }
        try lock.name(DerivedState.decisionsFile)
        try lock.write()
        return decisions
    }

    /// When all that was made from the log is on the disk and nobody writes any more: lets others have the directory.
    public func close() {
        do { try log.closeCleanly() } catch { report("\(path)/lock could not be written: \(error)") }
    }
}

extension DataDirectory.Refusal {
    fileprivate static func otherCurrency(_ made: String, at path: String, asked: Currency?) -> DataDirectory.Refusal {
        let others = asked.map { ", not \($0)" } ?? ""
        return .init(
            "\(path) was made with the currency \(made)\(others): start with --currency \(made), or choose another --data directory"
        )
    }
}

extension DerivedState {
    /// A new log under old views trades in what they do.
    fileprivate func requireCurrency(_ asked: Currency?, at path: String) throws(DataDirectory.Refusal) {
        guard let currency, let asked, asked != currency else { return }
        throw .otherCurrency("\(currency)", at: path, asked: asked)
    }
}

extension EventLogError {
    /// A log whose first segment's header is damaged does not say what its amounts are in.
    fileprivate func requireCurrency(_ currency: Currency?) throws(DataDirectory.Refusal) {
        guard case .damaged(_, 0, 1, _) = self, currency == nil else { return }
        throw .init("\(finding); it does not say its currency any more: give --currency beside --accept-loss")
    }

    /// The last position that was acknowledged, where the error is a loss that can be accepted.
    fileprivate func acknowledged(_ witnesses: [LogWitness]) -> UInt64? {
        switch self {
        case .lost(let loss): loss.acknowledged
        case .damaged: witnesses.map(\.position).max() ?? 0
        default: nil
        }
    }
}

extension LossAcceptance {
    fileprivate var summary: [String] {
        var lines: [String] = []
        if keptCount > 0 {
            lines.append(
                "\(keptCount) events behind the fault are kept, and stand at positions \(firstKept) to \(firstKept + keptCount - 1)"
            )
        }
        if !gone.isEmpty {
            let ranges = gone.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
            lines.append("the events that were at positions \(ranges.joined(separator: ", ")) are gone")
        }
        if let obstacle { lines.append(obstacle) }
        if !setAside.isEmpty { lines.append("the damaged files are kept: \(setAside.joined(separator: ", "))") }
        return lines + ["the log goes on under a new identity and epoch; tokens of what is gone are refused"]
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
