import Decisions
import EventLog
import JSON
import Marketplace
import POSIX
import Program
import Server

/// Decides commands offline, with the server's own writer on a data directory that nobody else has open.
///
/// The views are left to the server, which brings them up to the log's end when it starts.
final class DataSink: Sink {
    /// Commands that may wait for the writer: several of its batches, so that it never waits for us.
    private static let inFlightMax = 8_192

    fileprivate struct Progress {
        var inFlight = 0
        var failure: ImportError?
        var outcomes = Outcomes()
    }

    private let path: String
    let currency: Currency
    private let directory: DataDirectory
    private let decisions: Decisions
    private let decoding: DecodingContext
    private let progress = Monitor(Progress())
    private var parser = JSONParser()

    init(path: String, currency asked: Currency?) throws(ImportError) {
        self.path = path
        let progress = self.progress
        do {
            try DataDirectory.requireResources(for: "an import")
            directory = try DataDirectory(path: path, currency: asked) {
                StandardError.write("vitrine-import: \($0)\n")
            }
            currency = directory.currency
            decisions = try directory.decisions(
                Decisions.Troubles(
                    onFatal: { error in
                        progress.update { $0.failure = ImportError("--data \(path): \(error)") }
                    },
                    onTrouble: { StandardError.write("vitrine-import: decisions/ cannot be folded for now: \($0)\n") }))
        } catch EventLogError.locked(_, let pid) {
            throw ImportError(
                "--data \(path) is in use by \(pid.map { "process \($0)" } ?? "another process"): give --server and the "
                    + "address of the vitrine that serves it, or stop that first")
        } catch {
            throw ImportError("\(error)")
        }
        // The contract's importing commands name all their things, so no id is ever made for them.
        decoding = DecodingContext(currency: currency, importsAllowed: true) {
            var random = SystemRandomNumberGenerator()
            return UUIDv7.make(milliseconds: Clock.wallMilliseconds, random: (random.next(), random.next()))
        }
    }

    deinit {
        decisions.stop()
        // What a writer that failed left on the disk is not known.
        if progress.withLock({ $0.failure == nil }) { directory.close() } else { directory.log.close() }
    }

    var outcomes: Outcomes { progress.withLock { $0.outcomes } }

    func takeVerdicts() -> [TaggedVerdict] { progress.withLock { $0.outcomes.takeVerdicts() } }

    func submit(_ command: ImportCommand) throws(ImportError) {
        var submitted: SubmittedCommand
        do throws(Rejection) {
            let name = Array(command.name.utf8)
            submitted = try Command.decode(
                name: name.span.bytes, body: command.body.span.bytes, context: decoding, parser: &parser)
        } catch {
            let rejection = error
            progress.update {
                $0.outcomes.add(.rejected(Verdict.Refusal(rejection)), of: command)
            }
            return
        }
        submitted.idempotencyKey = command.idempotencyKey.map { Text($0) }
        let failure = progress.wait { state -> ImportError?? in
            if let failure = state.failure { return .some(failure) }
            guard state.inFlight < DataSink.inFlightMax else { return nil }
            state.inFlight += 1
            return .some(nil)
        }
        if let failure = failure ?? nil { throw failure }
        let (progress, path) = (self.progress, self.path)
        let isTaken = decisions.queue.submit(
            CommandRequest(submitted, weight: command.body.count) { outcome in
                progress.update { $0.take(outcome, of: command, path: path) }
            })
        // The queue takes more than this sink ever has in flight, unless bodies are huge.
        guard isTaken else { throw ImportError("--data \(path): the writer's queue is full; run the import again") }
    }

    func finishBatch() throws(ImportError) {
        let failure = progress.wait { state -> ImportError?? in
            if let failure = state.failure { return .some(failure) }
            return state.inFlight == 0 ? .some(nil) : nil
        }
        if let failure = failure ?? nil { throw failure }
    }
}

extension DataSink.Progress {
    fileprivate mutating func take(_ outcome: CommandOutcome, of command: ImportCommand, path: String) {
        inFlight -= 1
        switch outcome {
        case .accepted(let accepted) where accepted.isReplayed: outcomes.add(.replayed, of: command)
        case .accepted(let accepted) where accepted.eventType == nil: outcomes.add(.unchanged, of: command)
        case .accepted: outcomes.add(.accepted, of: command)
        case .rejected(let rejection, _): outcomes.add(.rejected(Verdict.Refusal(rejection)), of: command)
        case .noRoom(let freeBytes, let reserveBytes, _):
            failure = ImportError(
                "--data \(path): the disk has \(freeBytes) bytes free and keeps a reserve of \(reserveBytes); make room and run the import again, what it took it keeps"
            )
        }
    }
}

extension Verdict.Refusal {
    fileprivate init(_ rejection: Rejection) {
        var detail = rejection.detail
        if let first = rejection.errors.first { detail += " (\(first.pointer): \(first.detail))" }
        self.init(
            reason: rejection.kind.rawValue, detail: detail, available: rejection.available,
            productId: rejection.productId, owner: rejection.owner)
    }
}
