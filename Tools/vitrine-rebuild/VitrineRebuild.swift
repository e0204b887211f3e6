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
        version: "vitrine-rebuild \(version)")

    @Option(help: ArgumentHelp("The data directory.", valueName: "dir"))
    var data: String
    @Option(
        help: "Stop at this position, compare nothing and keep the live views.",
        transform: Arguments.number(0...UInt64.max))
    var to: UInt64?
    @Flag(
        help: "Change nothing; exit with 1 if the live views are not what the log makes. Works beside a running server."
    )
    var verify = false
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let isEqual = try rebuild()
        if verify && !isEqual { throw ExitCode.failure }
    }

    static func main() { runProgram() }

    /// False when the live views differ from what the log makes.
    private func rebuild() throws -> Bool {
        let started = Clock.monotonicNanoseconds
        let log = try openLog()
        let tag = log.creationTag.prefix { $0 != 0 }
        guard let currency = Currency(String(decoding: tag, as: UTF8.self)) else {
            throw Failure("\(data)/log does not say its currency: it was not made by vitrine")
        }
        let directory = ViewDirectory(dataDirectory: data)
        let old = openLive(directory, log, currency)
        // The live views of a running server move on: what is compared is one snapshot of them.
        let snapshot = try old.map { try Live($0) }
        let end = min(to ?? .max, verify ? (snapshot?.position ?? log.durablePosition) : log.durablePosition)
        let progress = ProgressLine(end: end)
        let build = try Rebuild(directory: directory, log: log, currency: currency).run(to: end) { progress.show($0) }
        progress.clear()

        var comparison: Comparison?
        if let snapshot, snapshot.position == end { comparison = try snapshot.compare(with: build) }
        let seconds = Double(Clock.monotonicNanoseconds - started) / 1e9
        let isSwitched = !verify && to == nil
        report(end, comparison, seconds: seconds, isSwitched: isSwitched)
        if isSwitched {
            try directory.switchCurrent(to: build)
            try directory.removeOthers(except: build)
        } else {
            try directory.remove(build.path)
        }
        if verify, comparison == nil {
            throw Failure(
                "\(data)/views has no live build at position \(end) to verify: start vitrine, or rebuild without --verify"
            )
        }
        return comparison?.differences.isEmpty ?? true
    }

    private func openLog() throws -> EventLog {
        if verify { return try EventLog.openForReading(data) }
        guard Files.exists(data + "/log") else {
            throw Failure("\(data) holds no event log: check --data")
        }
        do throws(EventLogError) {
            return try EventLog.open(data, options: EventLogOptions())
        } catch {
            guard case .locked(let directory, let pid) = error else { throw error }
            throw Failure(
                "\(directory) is in use by \(pid.map { "process \($0)" } ?? "another process"): stop it to switch its views, or compare beside it with --verify"
            )
        }
    }

    private func openLive(_ directory: ViewDirectory, _ log: EventLog, _ currency: Currency) -> ViewBuild? {
        do {
            guard let path = try directory.currentPath() else { return nil }
            let build = try ViewBuild.open(path: path, currency: currency, isReadOnly: verify)
            let checkpoint = try build.checkpoint()
            guard checkpoint.identityHigh == log.identity.high, checkpoint.identityLow == log.identity.low else {
                StandardError.write(
                    "vitrine-rebuild: the live views belong to another log, so there is nothing to compare")
                return nil
            }
            return build
        } catch {
            StandardError.write("vitrine-rebuild: the live views cannot be compared: \(error)")
            return nil
        }
    }

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
