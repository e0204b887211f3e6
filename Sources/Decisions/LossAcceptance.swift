import EventLog
import JSON
import LMDB
import Marketplace
import POSIX

/// Goes on with a log of which acknowledged events are gone: under a new identity and epoch, with what is whole up to the first
/// fault, then with the events behind it, under new positions, up to the first that cannot follow.
public struct LossAcceptance {
    /// Events behind the first fault that are in the log again.
    public private(set) var keptCount: UInt64 = 0
    /// The position of the first of them, where they now stand without a gap.
    public private(set) var firstKept: UInt64 = 0
    /// Ranges of positions, as they were, whose events are gone.
    public private(set) var gone: [ClosedRange<UInt64>] = []
    /// Why an event behind the fault, and all after it, could not be kept.
    public private(set) var obstacle: String?
    /// The damaged files under their new names.
    public private(set) var setAside: [String] = []

    /// Records after which what was appended is brought to the disk and out of memory.
    private static let recordsOfStep = 4_096

    /// `acknowledged` is the last position that was, as far as that is known; `options` say what a new log is marked with,
    /// where nothing is left of the old. Throws, and has changed nothing, where it cannot be done.
    public init(_ lock: DirectoryLock, options: EventLogOptions, acknowledged: UInt64) throws {
        let salvage = try LogSalvage(lock, options: options)
        guard let currency = Currency(String(decoding: salvage.log.creationTag.prefix { $0 != 0 }, as: UTF8.self))
        else {
            throw EventLogError.system(
                SystemError("read the currency of", salvage.log.directory, code: SystemError.inputOutput))
        }
        firstKept = salvage.nextPosition
        do {
            let path = salvage.log.directory + "/decisions"
            try Directory.create(path)
            let folder = try DecisionFolder(log: salvage.log, store: DecisionStore(path: path))
            try folder.catchUp()
            let writer = try CommandWriter(
                log: salvage.log, folder: folder, currency: currency, newIdentity: salvage.log.identity.renewed())
            let end = try keep(salvage, with: writer)
            if end <= acknowledged { gone.append(end...acknowledged) }
        } catch {
            // Its room goes back to the disk that may have been full.
            try LogSalvage.finishEarlier(lock)
            throw error
        }
        setAside = try salvage.finish()
    }

    /// Appends what can be kept, and returns the position, as it was, from which on nothing is.
    private mutating func keep(_ salvage: LogSalvage, with writer: CommandWriter) throws -> UInt64 {
        var (next, last, records) = (salvage.nextPosition, salvage.nextPosition - 1, 0)
        var parser = JSONParser()
        try writer.beginSalvage()
        try salvage.forEachRecord { record in
            let end = record.position + UInt64(record.eventCount)
            last = max(last, end - 1)
            guard obstacle == nil else { return }
            if let reason = try writer.keep(record, &parser) {
                obstacle = "the event that was at position \(record.position) cannot follow: \(reason)"
                return
            }
            if record.position > next { gone.append(next...record.position - 1) }
            (next, keptCount, records) = (end, keptCount + UInt64(record.eventCount), records + 1)
            if records % LossAcceptance.recordsOfStep == 0 { try writer.bringOut() }
        }
        try writer.finishBatch()
        if obstacle != nil, next <= last { gone.append(next...last) }
        return max(next, last + 1)
    }
}

extension CommandWriter {
    fileprivate func beginSalvage() throws {
        try overlay.renew()
        try writer.beginBatch()
    }

    /// What was kept so far is folded, so that memory is free of it.
    fileprivate func bringOut() throws {
        try finishBatch()
        try folder.catchUp()
        try beginSalvage()
    }

    /// Appends the record under new positions; nil, or why it cannot follow.
    fileprivate func keep(_ record: borrowing LogSalvage.Record, _ parser: inout JSONParser) throws -> String? {
        var frames = EventFrames(record.body)
        // A record of this program has one frame, so it is kept as a whole or not at all.
        guard frames.advance(), record.eventCount <= 1 else { return "it is one of several in its record" }
        do {
            if record.eventCount == 0 {
                try append(CommandMark.decode(frames.allBytes, parser: &parser), at: record.recordedAt)
                return nil
            }
            var stored = try EventEnvelope.decode(frames.allBytes, parser: &parser)
            stored.position = writer.nextPosition
            try overlay.load(stored.event.prerequisites.map { .state($0) }, at: stored.position)
            if let conflict = overlay.state.marketplace.conflict(with: stored.event) { return conflict }
            try append(stored, at: record.recordedAt)
            return nil
        } catch let error as EventDecodingError {
            return "it cannot be read: \(error)"
        }
    }
}
