import EventLog
import Foundation
import JSON
import Marketplace
import POSIX

@testable import Decisions

/// The write side over a directory of its own, run on the test's thread: what is sent together is one batch, and
/// `decisions/` is folded only when the test says so.
final class WriteSide {
    private let path: String
    private let log: EventLog
    private let folder: DecisionFolder
    private let writer: CommandWriter

    convenience init() throws {
        let path = NSTemporaryDirectory() + "/vitrine-decisions-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/decisions", withIntermediateDirectories: true)
        try self.init(path, EventLog.open(path, options: EventLogOptions(diskReserveBytes: 0)))
    }

    /// `decisions/` as it is there, brought up to the log's end.
    private init(_ path: String, _ log: EventLog) throws {
        (self.path, self.log) = (path, log)
        folder = try DecisionFolder(log: log, store: DecisionStore(path: path + "/decisions"))
        try folder.catchUp()
        writer = try CommandWriter(log: log, folder: folder, currency: Currency("GBP")!)
    }

    func removeDirectory() throws { try FileManager.default.removeItem(atPath: path) }

    /// Sends the commands as one batch.
    func send(_ commands: [(command: Command, key: Text?)]) throws -> [CommandOutcome] {
        let queue = CommandQueue()
        let outcomes = Monitor([CommandOutcome]())
        for (command, key) in commands {
            // As good as a decoded command's hash: equal for equal commands only.
            let hash = Fingerprint(of: Text("\(command)"))
            let submitted = SubmittedCommand(command: command, occurredAt: nil, idempotencyKey: key, hash: hash)
            guard
                queue.submit(
                    CommandRequest(submitted, weight: 100, reply: { outcome in outcomes.update { $0.append(outcome) } })
                )
            else { throw CocoaError(.userCancelled) }
        }
        queue.close()
        try writer.run(queue)
        return outcomes.withLock { $0 }
    }

    func send(_ commands: Command...) throws -> [CommandOutcome] { try send(commands.map { ($0, nil) }) }

    /// Brings `decisions/` up to the log's end, so that the writer finds there what it has let go of.
    func fold() throws { try folder.catchUp() }

    /// The number of events in the log.
    var eventCount: UInt64 { log.durablePosition }
}

extension WriteSide {
    /// The same directory seen by a process that starts: `decisions/` beside the same log, kept or made anew.
    ///
    /// Of an environment that is open twice in a process LMDB's locks break, so the state goes to another directory.
    func restarted(keepingDecisions: Bool) throws -> WriteSide {
        let copy = NSTemporaryDirectory() + "/vitrine-decisions-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: path + "/log", toPath: copy + "/log")
        if keepingDecisions {
            try FileManager.default.copyItem(atPath: path + "/decisions", toPath: copy + "/decisions")
        } else {
            try FileManager.default.createDirectory(atPath: copy + "/decisions", withIntermediateDirectories: true)
        }
        return try WriteSide(copy, EventLog.open(copy, options: EventLogOptions(diskReserveBytes: 0)))
    }
}

extension CommandOutcome {
    var accepted: AcceptedCommand? { if case .accepted(let accepted) = self { accepted } else { nil } }

    /// The event's type, `unchanged`, or the kind of rejection.
    var summary: String {
        switch self {
        case .accepted(let accepted): accepted.eventType?.description ?? "unchanged"
        case .rejected(let rejection, _): rejection.kind.rawValue
        case .noRoom: "no room"
        }
    }
}
