import Foundation

import class POSIX.Monitor

/// The small disks that there are, the first choice first.
enum SmallDiskKind: String, CaseIterable, Sendable {
    /// A tmpfs that this process mounts: for root.
    case mount
    /// A tmpfs in a user namespace: for others, where those are allowed. Most containers and every chroot refuse them.
    case namespace
    /// A small tmpfs that is there already, such as a container's `/dev/shm`.
    case tmpfs
    /// A directory whose room ends for the programs that `SmallDiskShim.c` is preloaded into: everywhere.
    case shim

    /// The first that is to be had and the shim, which on a bare machine is all there is: so it must do everywhere.
    static let tested: [SmallDiskKind?] = (try? asked()) == .shim ? [nil] : [nil, .shim]

    /// The kind that `VITRINE_SMALL_DISK` names.
    static func asked() throws -> SmallDiskKind? {
        guard let name = ProcessInfo.processInfo.environment["VITRINE_SMALL_DISK"] else { return nil }
        if let kind = SmallDiskKind(rawValue: name) { return kind }
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        throw SmallDisk.Failure.refused(["VITRINE_SMALL_DISK is '\(name)', and the kinds are \(names)"])
    }

    /// Throws a `SmallDiskRefusal` where this kind is not to be had.
    func makeStore(bytes: Int) throws -> any SmallDiskStore {
        switch self {
        case .mount: try MountedDisk(bytes: bytes)
        case .namespace: try NamespaceDisk(bytes: bytes)
        case .tmpfs: try SharedDisk(bytes: bytes)
        case .shim: try PreloadedDisk(bytes: bytes)
        }
    }

    private static let announced = Monitor<Set<SmallDiskKind>>([])

    /// Says once a run which kind is taken, and why no earlier one was.
    static func announce(_ kind: SmallDiskKind, after refusals: [String]) {
        guard announced.withLock({ $0.insert(kind).inserted }) else { return }
        let reasons = refusals.isEmpty ? "" : " (" + refusals.joined(separator: "; ") + ")"
        print("tests of full disks take a small disk of the kind '\(kind)'\(reasons)")
    }
}

/// A directory whose disk ends after some bytes. It goes when nobody holds the store any more.
protocol SmallDiskStore: AnyObject {
    var path: String { get }
    /// What a program needs in its environment for the disk to end.
    var environment: [String: String] { get }
    func freeBytes() throws -> Int
}

extension SmallDiskStore {
    var environment: [String: String] { [:] }

    func freeBytes() throws -> Int {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
        return (attributes[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    }
}

/// Why a kind of small disk is not to be had here.
struct SmallDiskRefusal: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason.trimmingCharacters(in: .whitespacesAndNewlines) }

    /// A call that failed, with what the system says of it.
    init(_ call: String, code: Int32 = errno) { self.init("\(call): \(String(cString: strerror(code)))") }
}
