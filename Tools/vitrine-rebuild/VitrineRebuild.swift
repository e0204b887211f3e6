import ArgumentParser
import EventLog
import Glibc
import Marketplace
import POSIX
import Program
import Projector
import Views

/// Rebuilds the views from the log, offline, with the projector's own `apply`.
@main
struct VitrineRebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine-rebuild",
        abstract: "Builds the views anew from the log, compares them with the live ones, and switches to the new ones.",
        discussion: "Beside a running server it compares only, and the server keeps its views.",
        version: "vitrine-rebuild \(version)")

    @Option(help: ArgumentHelp("The data directory.", valueName: "dir"))
    var data: String
    @Option(
        help: "Stop at this position, compare nothing and keep the live views.",
        transform: Arguments.number(0...UInt64.max))
    var to: UInt64?
    @Flag(help: "Change nothing; exit with 1 if the live views are not what the log makes.")
    var verify = false
    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        guard !verify || to == nil else {
            throw ValidationError("--verify compares what is live, and --to makes a part of it: give one of them")
        }
    }

    func run() throws {
        let isEqual = try rebuild()
        if verify && !isEqual { throw ExitCode.failure }
    }

    static func main() { runProgram() }

    /// False when the live views differ from what the log makes.
    private func rebuild() throws -> Bool {
        let started = Clock.monotonicNanoseconds
        try ProcessLimits.requireFiles(32, for: "a rebuild")
        // The live build, the new one, and what a batch holds.
        try ProcessLimits.requireMemory(own: 1 << 30, mapped: 2 * ViewBuild.reservedBytes, for: "a rebuild")
        let (log, lock) = try openLog()
        let isBeside = lock == nil
        let tag = log.creationTag.prefix { $0 != 0 }
        guard let currency = Currency(String(decoding: tag, as: UTF8.self)) else {
            throw Failure("\(data)/log does not say its currency: it was not made by vitrine")
        }
        let directory = ViewDirectory(dataDirectory: data)
        let switches = !isBeside && to == nil
        let damage = Damage(
            switches
                ? "\(data)/views was damaged and cannot be compared; views/current names a new build, made from the log"
                : "\(data)/views is damaged: stop vitrine, if it runs, and use vitrine-rebuild without --verify and --to",
            exitCode: switches ? 0 : 1)
        // The live views of a running server move on: what is compared is one snapshot of them.
        let livePath = try directory.currentPath()
        if let livePath, let lock { try refuseLoss(log, lock, livePath) }
        var live: Live?
        if !switches && to == nil { live = damage.guarding { openLive(livePath, log, currency) } }
        // The snapshot may be of later events than were there when the log was opened.
        let logEnd = isBeside && live != nil ? try log.refresh() : log.durablePosition
        if let to, to > logEnd {
            throw Failure("--to \(to) is beyond the end of \(data)/log, which is position \(logEnd): give that or less")
        }
        let end = min(to ?? logEnd, live?.position ?? .max)
        let progress = ProgressLine(end: end)
        let build: ViewBuild
        do {
            build = try Rebuild(directory: directory, log: log, currency: currency).run(to: end) { progress.show($0) }
        } catch let error as SystemError {
            throw Failure(
                "\(error): a build is made beside the live one, so \(data)/views must have room and be writable")
        }
        progress.clear()

        // Before the old views are looked at, whatever they are: the new ones are good, or, where they are not wanted, gone. They
        // stay open.
        if switches {
            // Named before it is the live one: what is not named is taken for a copy.
            try lock?.name(dataFile(of: build.path))
            try lock?.write()
            try directory.switchCurrent(to: build)
        } else {
            try directory.remove(build.path)
        }
        let comparison: Comparison? = try damage.guarding {
            if switches { live = openLive(livePath, log, currency) }
            guard let live, live.position == end else { return nil }
            do {
                return try live.compare(with: build)
            } catch {
                guard switches else { throw Failure("\(damage.message) (\(error))") }
                say("\(damage.message) (\(error))")
                return nil
            }
        }
        let seconds = Double(Clock.monotonicNanoseconds - started) / 1e9
        report(end, comparison, seconds: seconds, isSwitched: switches)
        live = nil
        if switches { try directory.removeOthers(except: build) }
        try lock?.writeClean()
        if !switches, to == nil, comparison == nil {
            let wayOut =
                verify ? "start vitrine, or use vitrine-rebuild without --verify" : "stop vitrine and try again"
            throw Failure("\(data)/views has no live build at position \(end) to compare with: \(wayOut)")
        }
        let isEqual = comparison?.differences.isEmpty ?? true
        if isBeside, !verify, to == nil {
            say("\(data) is in use, so its views stay as they are")
        }
        if isBeside, !verify, !isEqual {
            throw Failure(
                "stop vitrine and use vitrine-rebuild again to switch to views that are as the log makes them")
        }
        return isEqual
    }

    /// The log, which is only read, and the hold on the directory: none to compare, or because a server has it.
    private func openLog() throws -> (EventLog, DirectoryLock?) {
        guard Files.exists(data + "/log") else {
            throw Failure("\(data) holds no event log: check --data, or put the log back if there was one")
        }
        var lock: DirectoryLock?
        if !verify {
            do throws(EventLogError) { lock = try DirectoryLock(data) } catch {
                guard case .locked = error else { throw error }
            }
        }
        return (try EventLog.openForReading(data), lock)
    }

    /// Keeps views that prove a loss.
    private func refuseLoss(_ log: EventLog, _ lock: DirectoryLock, _ livePath: String) throws {
        guard [.good, .unproven].contains(lock.standing(of: dataFile(of: livePath))),
            let claim = ViewBuild.claim(path: livePath)
        else {
            return
        }
        let found = claim.checkpoint
        try log.refuseLoss([
            LogWitness(
                name: livePath, identity: LogIdentity(high: found.identityHigh, low: found.identityLow),
                epoch: found.epoch, position: found.position)
        ])
    }

    private func dataFile(of build: String) -> String { String(build.dropFirst(data.count + 1)) + "/data.mdb" }

    private func openLive(_ path: String?, _ log: EventLog, _ currency: Currency) -> Live? {
        guard let path else { return nil }
        do {
            let build = try ViewBuild.open(path: path, currency: currency, isReadOnly: true)
            let checkpoint = try build.checkpoint()
            guard checkpoint.identityHigh == log.identity.high, checkpoint.identityLow == log.identity.low else {
                say("the live views belong to another log, so there is nothing to compare")
                return nil
            }
            return try Live(build)
        } catch {
            say("the live views cannot be compared: \(error)")
            return nil
        }
    }

    private func say(_ line: String) { StandardError.write("vitrine-rebuild: \(line)\n") }

    private func report(_ position: UInt64, _ comparison: Comparison?, seconds: Double, isSwitched: Bool) {
        let rate = seconds > 0 ? Int(Double(position) / seconds) : 0
        let result = comparison.map { $0.differences.isEmpty ? "equal" : "different" } ?? "not compared"
        let tenths = Int(seconds * 10)
        if json {
            print(
                "{\"position\":\(position),\"rows\":\(comparison?.rows ?? 0),\"result\":\"\(result)\",\"differences\":\(comparison?.differences.count ?? 0),\"seconds\":\(tenths / 10).\(tenths % 10),\"switched\":\(isSwitched)}"
            )
            return
        }
        print("\(position) events in \(tenths / 10).\(tenths % 10) s (\(rate) a second)")
        switch comparison {
        case nil: print("no live views at this position to compare with")
        case let comparison? where comparison.differences.isEmpty:
            print("the live views hold the same \(comparison.rows) rows")
        case let comparison?:
            for difference in comparison.differences { print(difference) }
        }
        if isSwitched { print("views/current names the new build") }
    }
}

/// A failure in one line: what, where and what to do.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// One snapshot of the live build, held while it is compared.
final class Live {
    let position: UInt64
    private let snapshot: ViewSnapshot

    init(_ build: ViewBuild) throws {
        snapshot = try build.beginRead()
        position = try snapshot.checkpoint().position
    }

    func compare(with build: ViewBuild) throws -> Comparison {
        try Comparison.compare(snapshot, build.beginRead())
    }
}
