import EventLog
import LMDB
import Marketplace
import POSIX

/// The write side: accepts commands, decides them on one writer thread, and answers when they are durable.
public final class Decisions: Sendable {
    public let queue = CommandQueue()
    private let folder: DecisionFolder
    private let writerThread: Thread
    private let folderThread: Thread

    /// What went wrong, for whoever owns the process.
    public struct Troubles: Sendable {
        /// The log can no longer be written, so nothing may be answered any more: the process must stop.
        var onFatal: @Sendable (DecisionError) -> Void
        /// Something that may pass, such as a full disk under `decisions/`. Commands go on.
        var onTrouble: @Sendable (DecisionError) -> Void

        public init(
            onFatal: @escaping @Sendable (DecisionError) -> Void, onTrouble: @escaping @Sendable (DecisionError) -> Void
        ) {
            self.onFatal = onFatal
            self.onTrouble = onTrouble
        }
    }

    /// Brings `decisions/` in `directory` up to the log's end, then starts the writer and the folder.
    ///
    /// State that is missing, damaged, of another log or ahead of this one is deleted and folded from the log:
    /// `onProgress` then gets the position after each step, and why it began anew.
    public init(
        log: EventLog, directory: String, currency: Currency, troubles: Troubles,
        onProgress: (_ position: UInt64, _ discarded: String?) -> Void
    ) throws {
        let (store, discarded) = try Decisions.openStore(log, directory)
        let folder = try DecisionFolder(log: log, store: store)
        try folder.catchUp { onProgress($0, discarded) }
        self.folder = folder
        let writer = try CommandWriter(log: log, folder: folder, currency: currency)
        let handover = Handover(writer)
        let queue = self.queue
        writerThread = Thread(name: "writer") {
            do { try handover.writer.run(queue) } catch let error as DecisionError {
                troubles.onFatal(error)
            } catch {
                preconditionFailure("unexpected error \(error)")
            }
        }
        folderThread = Thread(name: "decisions") { folder.run(onTrouble: troubles.onTrouble) }
    }

    /// The position up to which `decisions/` holds the state.
    public var foldedPosition: UInt64 { folder.foldedPosition }

    /// Takes no more commands, decides those that are queued, and ends both threads. Call it once.
    public func stop() {
        queue.close()
        writerThread.join()
        folder.stop()
        folderThread.join()
    }

    /// How far the state kept in `directory` is, if it can be read and belongs to the log `identity`.
    public static func storedPosition(directory: String, identity: LogIdentity) -> UInt64? {
        let path = directory + "/decisions"
        guard Files.exists(path + "/data.mdb"), let store = try? DecisionStore(path: path),
            let checkpoint = try? store.checkpoint(store.environment.beginRead()),
            checkpoint.identityHigh == identity.high, checkpoint.identityLow == identity.low
        else { return nil }
        return checkpoint.position
    }

    /// The writer is made on the starting thread and used on its own from then on.
    private struct Handover: @unchecked Sendable {
        let writer: CommandWriter
        init(_ writer: CommandWriter) { self.writer = writer }
    }

    private static func openStore(_ log: EventLog, _ directory: String) throws -> (DecisionStore, discarded: String?) {
        let path = directory + "/decisions"
        var reason: String? = log.durablePosition > 0 ? "there are none" : nil
        if Files.exists(path + "/data.mdb") {
            do {
                let store = try DecisionStore(path: path)
                switch try store.checkpoint(store.environment.beginRead()) {
                case nil: reason = "what is there is unfinished, or of another version"
                case let found? where found.identityHigh != log.identity.high || found.identityLow != log.identity.low:
                    reason = "it belongs to another log"
                case let found? where found.position > log.durablePosition:
                    reason = "it is at position \(found.position), the log ends at \(log.durablePosition)"
                default: return (store, nil)
                }
            } catch {
                reason = error.description
            }
        }
        try Files.removeTree(path)
        try Directory.create(path)
        return (try DecisionStore(path: path), reason)
    }
}
