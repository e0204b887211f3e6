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

    static let decisionsFile = "decisions/data.mdb"

    /// The data file of a build, as a path in the data directory.
    static func file(ofBuild path: String) -> String {
        "views/" + (path.split(separator: "/").last.map(String.init) ?? path) + "/data.mdb"
    }

    /// Nothing of it may be open. What is not trusted is not opened: it may be in pieces, and LMDB trusts its pages.
    init(_ lock: DirectoryLock, views: ViewDirectory) throws {
        if let path = try views.currentPath() {
            let standing = lock.standing(of: DerivedState.file(ofBuild: path))
            viewsDistrust = DerivedState.distrust(standing)
            if viewsDistrust == nil || standing == .unknown, let claim = ViewBuild.claim(path: path) {
                let (found, identity) = (claim.checkpoint, claim.checkpoint.identity)
                witnesses.append(
                    LogWitness(name: path, identity: identity, epoch: found.epoch, position: found.position))
                currency = claim.currency
            }
        }
        if Files.exists(lock.path + "/" + DerivedState.decisionsFile) {
            let standing = lock.standing(of: DerivedState.decisionsFile)
            decisionsDistrust = DerivedState.distrust(standing)
            if decisionsDistrust == nil || standing == .unknown {
                witnesses += Decisions.witness(directory: lock.path).map { [$0] } ?? []
            }
        }
    }

    private static func distrust(_ standing: DirectoryLock.Standing) -> String? {
        switch standing {
        case .good: nil
        case .unknown: "data.mdb was written by an earlier version, which cannot tell it from a copy"
        case .foreign(let reason): "data.mdb \(reason)"
        }
    }
}

extension Checkpoint {
    var identity: LogIdentity { LogIdentity(high: identityHigh, low: identityLow) }
}
