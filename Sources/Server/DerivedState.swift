import Decisions
import EventLog
import Marketplace
import POSIX
import Views

/// What stands beside the log in a data directory, before the log is opened: whether it can be trusted, and what it proves.
struct DerivedState {
    /// Why the live views are to be made anew; nil when they are as this directory's programs left them, or there are none.
    var viewsDistrust: String?
    var decisionsDistrust: String?
    /// What of it proves how far the log was acknowledged.
    var witnesses: [LogWitness] = []
    /// What the views trade in.
    var currency: Currency?

    /// What is read in a blink.
    private static let quietBytes = 256 << 20

    static let decisionsFile = "decisions/data.mdb"

    /// The data file of a build, as a path in the data directory.
    static func file(ofBuild path: String) -> String {
        "views/" + (path.split(separator: "/").last.map(String.init) ?? path) + "/data.mdb"
    }

    /// Nothing of it may be open. What is foreign is not opened at all: it may be in pieces, and LMDB trusts its pages. What nobody
    /// closed is read as a whole first, in a child process.
    init(_ lock: DirectoryLock, views: ViewDirectory, report: (String) -> Void) throws {
        if let path = try views.currentPath() {
            let file = DerivedState.file(ofBuild: path)
            viewsDistrust = try DerivedState.distrust(lock.standing(of: file), path, report) {
                ViewBuild.isProven(path: path)
            }
            if let claim = try DerivedState.claim(lock, file, viewsDistrust, { ViewBuild.claim(path: path) }) {
                let (found, identity) = (claim.checkpoint, claim.checkpoint.identity)
                witnesses.append(
                    LogWitness(
                        name: path, identity: identity, epoch: found.epoch, position: found.position,
                        isTrusted: DerivedState.isTrusted(lock, file, viewsDistrust)))
                currency = claim.currency
            }
        }
        if Files.exists(lock.path + "/" + DerivedState.decisionsFile) {
            let (file, directory) = (DerivedState.decisionsFile, lock.path)
            decisionsDistrust = try DerivedState.distrust(
                lock.standing(of: file), directory + "/decisions", report
            ) { Decisions.isProven(directory: directory) }
            if var witness = try DerivedState.claim(
                lock, file, decisionsDistrust, { Decisions.witness(directory: directory) })
            {
                witness.isTrusted = DerivedState.isTrusted(lock, file, decisionsDistrust)
                witnesses.append(witness)
            }
        }
    }

    /// Why what is in `path` is not to be trusted; `isWhole` reads all of it.
    private static func distrust(
        _ standing: DirectoryLock.Standing, _ path: String, _ report: (String) -> Void, isWhole: () -> Bool
    ) throws -> String? {
        switch standing {
        case .good: return nil
        case .unknown: return "data.mdb was written by an earlier version, which cannot tell it from a copy"
        case .foreign(let reason): return "data.mdb \(reason)"
        case .unproven:
            if try FileStatus(of: path + "/data.mdb")?.bytes ?? 0 > DerivedState.quietBytes {
                report("\(path) was not closed: reading it as a whole first")
            }
            switch try ChildProcess.run(isWhole) {
            case .returned(true): return nil
            case .returned(false): return "data.mdb was not closed, and is damaged"
            case .ended(let signal):
                return "data.mdb was not closed, and is damaged: reading it ends in signal \(signal)"
            }
        }
    }

    /// Reads what a file proves; nil where that would end the process. What is not trusted is forgotten.
    private static func claim<Claim>(
        _ lock: DirectoryLock, _ file: String, _ distrust: String?, _ read: () -> Claim?
    ) throws -> Claim? {
        if distrust == nil { return read() }
        lock.forget(file)
        return try ChildProcess.run({ read() != nil }) == .returned(true) ? read() : nil
    }

    /// Whether it counts for more than that there were events: an earlier version's does.
    private static func isTrusted(_ lock: DirectoryLock, _ file: String, _ distrust: String?) -> Bool {
        distrust == nil || lock.standing(of: file) == .unknown
    }
}

extension Checkpoint {
    var identity: LogIdentity { LogIdentity(high: identityHigh, low: identityLow) }
}
