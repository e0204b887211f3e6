import EventLog
import JSON
import LMDB
import Marketplace
import POSIX

/// The one writer: takes all that is queued as a batch, decides each command against state that includes the batch so
/// far, appends, syncs once, and only then replies. The next batch fills meanwhile.
///
/// Used by the writer's thread only.
final class CommandWriter {
    private let identity: Text
    let writer: LogWriter
    let folder: DecisionFolder
    private let currency: Currency
    let overlay: Overlay
    private var body = ByteWriter(capacity: 64 << 10)
    private var event = ByteWriter(capacity: 64 << 10)
    /// Outcomes that wait for the batch's sync.
    private var outcomes: [(request: CommandRequest, outcome: CommandOutcome)] = []

    /// Changes in memory that `decisions/` lacks. Beyond it the writer waits for the folder, which bounds its memory.
    private static let agingMax = 500_000

    /// A log of which events are gone gets a `newIdentity`, before anything else.
    init(log: EventLog, folder: DecisionFolder, currency: Currency, newIdentity: LogIdentity? = nil) throws {
        writer = try log.makeWriter()
        if let newIdentity { try writer.beginEpoch(newIdentity, recordedAt: Clock.wallMilliseconds) }
        identity = Text(log.identity.uuidString)
        self.folder = folder
        self.currency = currency
        overlay = try Overlay(folder.store)
        overlay.rest()
    }

    /// Decides until the queue is closed and empty. Throws when the log can no longer be written: then nothing more may
    /// be answered, and the process must stop.
    func run(_ queue: CommandQueue) throws(DecisionError) {
        while let requests = queue.takeAll() {
            do {
                try overlay.renew()
                try process(requests)
            } catch let error as EventLogError {
                throw .log(error)
            } catch let error as LMDBError {
                throw .state(error)
            } catch {
                preconditionFailure("unexpected error \(error)")
            }
            while overlay.agingCount > CommandWriter.agingMax, folder.waitForFold(beyond: overlay.foldedPosition) {
                do { try overlay.renew() } catch { throw .state(error) }
            }
            overlay.rest()
        }
    }

    private func process(_ requests: [CommandRequest]) throws {
        if let noRoom = try beginBatch() {
            for request in requests { request.reply(try remembered(request.submitted) ?? noRoom) }
            return
        }
        for request in requests { outcomes.append((request, try decideAndAppend(request.submitted))) }
        try finishBatch()
    }

    /// Nil when it has begun; what is answered instead when the disk's reserve is reached.
    private func beginBatch() throws(EventLogError) -> CommandOutcome? {
        do throws(EventLogError) {
            try writer.beginBatch()
            return nil
        } catch {
            guard case .diskReserve(let freeBytes, let reserveBytes) = error else { throw error }
            return .noRoom(freeBytes: freeBytes, reserveBytes: reserveBytes, logEnd: logEnd)
        }
    }

    func finishBatch() throws(EventLogError) {
        try writer.commit()
        for (request, outcome) in outcomes { request.reply(outcome) }
        outcomes.removeAll(keepingCapacity: true)
    }

    private var logEnd: UInt64 { writer.nextPosition - 1 }

    /// The outcome of a command whose key is of an earlier batch: to tell it takes no room.
    private func remembered(_ submitted: SubmittedCommand) throws -> CommandOutcome? {
        guard let key = submitted.idempotencyKey else { return nil }
        try overlay.load([.command(key)], at: writer.nextPosition)
        return overlay.state.commands[key].map { replay($0, submitted) }
    }

    private func decideAndAppend(_ submitted: SubmittedCommand) throws -> CommandOutcome {
        var entities = submitted.command.references.map { Entity.state($0) }
        if let key = submitted.idempotencyKey { entities.append(.command(key)) }
        try overlay.load(entities, at: writer.nextPosition)

        if let key = submitted.idempotencyKey, let earlier = overlay.state.commands[key] {
            return replay(earlier, submitted)
        }
        let decision = decide(submitted.command, overlay.state.marketplace)
        // An event may change what its decision did not look at: the stock that a cancelled order goes back to.
        if case .event(let event) = decision {
            try overlay.load(event.references.map { Entity.state($0) }, at: writer.nextPosition)
        }
        do {
            return try carryOut(decision, submitted)
        } catch {
            guard case .diskReserve(let freeBytes, let reserveBytes) = error else { throw error }
            return .noRoom(freeBytes: freeBytes, reserveBytes: reserveBytes, logEnd: logEnd)
        }
    }

    private func carryOut(_ decision: Decision, _ submitted: SubmittedCommand) throws(EventLogError) -> CommandOutcome {
        switch decision {
        case .rejected(let rejection):
            return .rejected(rejection, logEnd: logEnd)
        case .unchanged(let id):
            try appendMark(submitted, subject: id)
            return .accepted(
                AcceptedCommand(position: logEnd, subject: id, eventType: nil, isReplayed: false, logEnd: logEnd))
        case .event(let event):
            return .accepted(try append(event, submitted))
        }
    }

    private func replay(_ earlier: RememberedCommand, _ submitted: SubmittedCommand) -> CommandOutcome {
        guard earlier.hash == submitted.hash else {
            let rejection = Rejection(
                .idempotencyKeyReused,
                "This Idempotency-Key was used for another command, on '\(earlier.subject)'. Take a new key for a new command."
            )
            return .rejected(rejection, logEnd: logEnd)
        }
        return .accepted(
            AcceptedCommand(
                position: earlier.position, subject: earlier.subject, eventType: earlier.eventType, isReplayed: true,
                logEnd: logEnd))
    }

    private func append(_ event: Event, _ submitted: SubmittedCommand) throws(EventLogError) -> AcceptedCommand {
        let now = Clock.wallMilliseconds
        let stored = StoredEvent(
            position: writer.nextPosition, time: submitted.occurredAt ?? Timestamp(milliseconds: now), event: event,
            commandKey: submitted.idempotencyKey, commandHash: submitted.hash)
        try append(stored, at: now)
        return AcceptedCommand(
            position: stored.position, subject: event.subject, eventType: Text(stringLiteral: event.type),
            isReplayed: false, logEnd: stored.position)
    }

    /// Appends an event at its position, which is the next, and takes it into the state.
    func append(_ stored: StoredEvent, at now: Int64) throws(EventLogError) {
        event.removeAll()
        let publicLength = EventEnvelope.write(
            stored.event, position: stored.position, identity: identity, time: stored.time,
            commandKey: stored.commandKey, commandHash: stored.commandKey == nil ? nil : stored.commandHash,
            currency: currency, into: &event)
        try append(publicLength: publicLength, eventCount: 1, at: now)
        overlay.apply(stored.event, at: stored.position)
        guard let key = stored.commandKey, let hash = stored.commandHash else { return }
        let remembered = RememberedCommand(
            hash: hash, position: stored.position, subject: stored.event.subject,
            eventType: Text(stringLiteral: stored.event.type))
        overlay.remember(remembered, as: key, at: stored.position)
    }

    /// Remembers an accepted command that changed nothing, if the client wants to be able to repeat it.
    private func appendMark(_ submitted: SubmittedCommand, subject: Text) throws(EventLogError) {
        guard let key = submitted.idempotencyKey else { return }
        let mark = CommandMark(commandKey: key, commandHash: submitted.hash, subject: subject)
        try append(mark, at: Clock.wallMilliseconds)
    }

    func append(_ mark: CommandMark, at now: Int64) throws(EventLogError) {
        event.removeAll()
        mark.write(into: &event)
        try append(publicLength: 0, eventCount: 0, at: now)
        let remembered = RememberedCommand(
            hash: mark.commandHash, position: logEnd, subject: mark.subject, eventType: nil)
        // The mark stands in the log before the next position's event, so that is when it is surely folded.
        overlay.remember(remembered, as: mark.commandKey, at: writer.nextPosition)
    }

    /// Appends what `event` holds as one record.
    private func append(publicLength: Int, eventCount: Int, at now: Int64) throws(EventLogError) {
        body.removeAll()
        body.append(littleEndian: EventFrames.header(length: event.count, publicLength: publicLength))
        body.append(event.bytes)
        while try writer.append(record: body, eventCount: eventCount, at: now) == .batchFull {
            try finishBatch()
            try writer.beginBatch()
        }
    }
}

extension LogWriter {
    fileprivate func append(record: borrowing ByteWriter, eventCount: Int, at now: Int64) throws(EventLogError)
        -> AppendResult
    {
        try append(body: record.bytes, eventCount: eventCount, recordedAt: now)
    }
}

/// What the write side cannot deal with itself.
public enum DecisionError: Error, CustomStringConvertible {
    case log(EventLogError)
    case state(LMDBError)
    /// The event at `position` cannot be read: this program and the log disagree.
    case event(position: UInt64, EventDecodingError)

    public var description: String {
        switch self {
        case .log(let error): error.description
        case .state(let error): error.description
        case .event(let position, let error): "the event at position \(position) cannot be read: \(error)"
        }
    }
}
