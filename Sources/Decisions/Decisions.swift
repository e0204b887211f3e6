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
    /// State that is missing, damaged, of another log or ahead of this one is deleted and folded from the log, and so is one
    /// with a reason for `distrust`: `onProgress` then gets the position after each step, and why it began anew.
    public init(
        log: EventLog, directory: String, currency: Currency, troubles: Troubles, distrust: String? = nil,
        onProgress: (_ position: UInt64, _ discarded: String?) -> Void
    ) throws {
        let folder = try Decisions.caughtUp(log, directory, distrust, onProgress)
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

    /// Whether the state in `directory` is as it was written, by a scan of all rows. Damaged pages may end the process.
    public static func isProven(directory: String) -> Bool { DecisionStore.isProven(path: directory + "/decisions") }

    /// What the state in `directory` proves of the log, if it can be read.
    public static func witness(directory: String) -> LogWitness? {
        let path = directory + "/decisions"
        guard Files.exists(path + "/data.mdb"), let claim = DecisionStore.claim(path: path) else { return nil }
        return LogWitness(
            name: path, identity: LogIdentity(high: claim.identityHigh, low: claim.identityLow), epoch: claim.epoch,
            position: claim.position)
    }

    /// The writer is made on the starting thread and used on its own from then on.
    private struct Handover: @unchecked Sendable {
        let writer: CommandWriter
        init(_ writer: CommandWriter) { self.writer = writer }
    }

    /// A folder whose state is at the log's end, made anew where what is there cannot be brought up to it.
    private static func caughtUp(
        _ log: EventLog, _ directory: String, _ distrust: String?,
        _ onProgress: (_ position: UInt64, _ discarded: String?) -> Void
    ) throws -> DecisionFolder {
        var discarded = distrust
        if discarded == nil {
            let (store, reason) = try openStore(log, directory)
            discarded = reason
            if let store {
                do throws(DecisionError) {
                    let folder = try DecisionFolder(log: log, store: store)
                    try folder.catchUp { onProgress($0, nil) }
                    return folder
                } catch {
                    guard case .state(let failure) = error, !failure.isDiskFull else { throw error }
                    discarded = "it cannot be brought up to the log's end: \(failure)"
                }
            }
        }
        let path = directory + "/decisions"
        try Files.removeTree(path)
        try Directory.create(path)
        let store = try DecisionStore(path: path)
        try store.begin(log.identity.high, log.identity.low, epoch: log.epochs.epoch(of: 0))
        let folder = try DecisionFolder(log: log, store: store)
        try folder.catchUp { onProgress($0, discarded) }
        return folder
    }

    /// The state that is there, or why it is of no use; neither for a log without events.
    private static func openStore(
        _ log: EventLog, _ directory: String
    ) throws -> (store: DecisionStore?, discarded: String?) {
        let path = directory + "/decisions"
        guard Files.exists(path + "/data.mdb") else { return (nil, log.durablePosition > 0 ? "there are none" : nil) }
        do throws(LMDBError) {
            let store = try DecisionStore(path: path)
            guard let found = try store.checkpoint(store.environment.beginRead()) else {
                return (nil, "what is there is unfinished, or of another version")
            }
            if found.identityHigh != log.identity.high || found.identityLow != log.identity.low {
                return (nil, "it belongs to another log")
            }
            if !log.has(position: found.position, epoch: found.epoch) {
                return (nil, "it is at position \(found.position) of a history that the log does not have")
            }
            return (store, nil)
        } catch {
            return (nil, error.description)
        }
    }
}
