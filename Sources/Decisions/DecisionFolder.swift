import EventLog
import JSON
import LMDB
import Marketplace
import POSIX

/// Folds the synced log into `decisions/`, in bounded steps, off the path of commands.
final class DecisionFolder: Sendable {
    /// Records of one transaction: bounds its memory and how long it holds pages back.
    private static let recordsMax = 4_096
    /// How long to let a few commands gather. They are safe in the log, and a commit here slows its sync down.
    private static let gatherMilliseconds = 200
    /// How long to wait before another try when the disk is full.
    private static let retryMilliseconds = 500

    let store: DecisionStore
    private let log: EventLog
    private let progress: Monitor<(position: UInt64, isStopped: Bool)>

    init(log: EventLog, store: DecisionStore) throws(DecisionError) {
        self.store = store
        self.log = log
        do throws(LMDBError) {
            progress = Monitor((try store.checkpoint(store.environment.beginRead())?.position ?? 0, false))
        } catch {
            throw .state(error)
        }
    }

    var foldedPosition: UInt64 { progress.withLock { $0.position } }

    /// Waits until the fold is beyond `position`; false when the folder has stopped.
    func waitForFold(beyond position: UInt64) -> Bool {
        progress.wait { $0.position > position ? true : $0.isStopped ? false : nil } ?? false
    }

    func stop() {
        progress.update { $0.isStopped = true }
        log.wakeWaiters()
    }

    private var isStopped: Bool { progress.withLock { $0.isStopped } }

    /// Folds everything that is durable now. `onProgress` gets the position after each step.
    func catchUp(onProgress: (UInt64) -> Void = { _ in }) throws(DecisionError) {
        let reader: LogReader
        do { reader = try log.makeReader(after: foldedPosition) } catch { throw .log(error) }
        var parser = JSONParser()
        while try step(reader, &parser) { onProgress(foldedPosition) }
    }

    /// Folds as the log grows, until it is stopped and has all of it.
    func run(onTrouble: (DecisionError) -> Void) {
        var reader: LogReader?
        var parser = JSONParser()
        while true {
            do {
                let live = try reader ?? log.makeReader(after: foldedPosition)
                reader = live
                if try step(live, &parser) { continue }
                if isStopped { return }
                guard live.wait(milliseconds: 1_000) else { continue }
                pause(milliseconds: DecisionFolder.gatherMilliseconds)
            } catch {
                // The step was undone as a whole, so the next try begins where it began.
                reader = nil
                switch error {
                case let error as EventLogError: onTrouble(.log(error))
                case let error as DecisionError: onTrouble(error)
                default: preconditionFailure("unexpected error \(error)")
                }
                if isStopped { return }
                pause(milliseconds: DecisionFolder.retryMilliseconds)
            }
        }
    }

    private func pause(milliseconds: Int) {
        _ = progress.wait(milliseconds: milliseconds) { $0.isStopped ? true : nil }
    }

    /// Folds the next records in one transaction; false when there are none.
    private func step(_ reader: LogReader, _ parser: inout JSONParser) throws(DecisionError) -> Bool {
        do {
            var transaction = try store.environment.beginWrite()
            var state = DecisionState()
            var touched: Set<Entity> = []
            var position: UInt64 = 0
            var records = 0
            while records < DecisionFolder.recordsMax, try reader.next() {
                records += 1
                var frames = EventFrames(reader.body)
                while frames.advance() {
                    if reader.eventCount == 0 {
                        let mark = try CommandMark.decode(frames.allBytes, parser: &parser)
                        position = max(position, reader.position - 1)
                        state.commands[mark.commandKey] = RememberedCommand(
                            hash: mark.commandHash, position: reader.position - 1, subject: mark.subject, eventType: nil
                        )
                        touched.insert(.command(mark.commandKey))
                        continue
                    }
                    let stored = try EventEnvelope.decode(frames.allBytes, parser: &parser)
                    position = stored.position
                    for reference in stored.event.references {
                        let entity = Entity.state(reference)
                        if touched.insert(entity).inserted {
                            _ = try state.load(entity, from: transaction, store.tables)
                        }
                    }
                    state.marketplace.apply(stored.event)
                    guard let key = stored.commandKey, let hash = stored.commandHash else { continue }
                    state.commands[key] = RememberedCommand(
                        hash: hash, position: position, subject: stored.event.subject,
                        eventType: Text(stringLiteral: stored.event.type))
                    touched.insert(.command(key))
                }
            }
            guard records > 0 else { return false }
            var tally = try store.checkpoint(transaction)?.tally ?? Tally()
            for entity in touched { try state.store(entity, to: &transaction, store.tables, &tally) }
            try store.write(
                .init(
                    identityHigh: log.identity.high, identityLow: log.identity.low,
                    epoch: log.epochs.epoch(of: position), position: position, tally: tally),
                to: &transaction)
            try transaction.commit()
            progress.update { $0.position = position }
            return true
        } catch let error as EventLogError {
            throw .log(error)
        } catch let error as LMDBError {
            throw .state(error)
        } catch let error as EventDecodingError {
            throw .event(position: reader.position, error)
        } catch {
            preconditionFailure("unexpected error \(error)")
        }
    }
}
