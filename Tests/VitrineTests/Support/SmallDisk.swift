import Foundation
import Glibc

/// A disk of 64 MiB with the server's data on it and a ballast beside them that can be removed to make room.
///
/// What it is depends on what this machine and user may do, see `SmallDiskKind`; the output of the tests says which was
/// taken. `VITRINE_SMALL_DISK=shim`, or another kind's name, takes that kind or fails.
final class SmallDisk {
    enum Failure: Error {
        /// Every kind, or the one asked for, was refused: for each the reason.
        case refused([String])
        case filler(Int32)
    }

    static let bytes = 64 << 20
    static let ballastBytes = 16 << 20

    /// Its `path` leads to the disk; standard error goes beside it, not on it.
    let data: DataDirectory
    let kind: SmallDiskKind
    private let store: any SmallDiskStore

    /// `kind` alone, or the first that is to be had.
    init(_ kind: SmallDiskKind? = nil) throws {
        let kinds = try (kind ?? SmallDiskKind.asked()).map { [$0] } ?? SmallDiskKind.allCases
        let (taken, store, refusals) = try SmallDisk.first(of: kinds)
        (self.kind, self.store) = (taken, store)
        SmallDiskKind.announce(taken, after: refusals)
        data = try DataDirectory(environment: store.environment)
        try FileManager.default.createDirectory(atPath: store.path + "/data", withIntermediateDirectories: false)
        try Data(count: SmallDisk.ballastBytes).write(to: URL(filePath: store.path + "/ballast"))
        try FileManager.default.createSymbolicLink(atPath: data.path, withDestinationPath: store.path + "/data")
    }

    private static func first(
        of kinds: [SmallDiskKind]
    ) throws -> (kind: SmallDiskKind, store: any SmallDiskStore, refusals: [String]) {
        var refusals: [String] = []
        for kind in kinds {
            do { return (kind, try kind.makeStore(bytes: bytes), refusals) } catch let refusal as SmallDiskRefusal {
                refusals.append("\(kind): \(refusal.reason)")
            }
        }
        throw Failure.refused(refusals)
    }

    func freeBytes() throws -> Int { try store.freeBytes() }

    /// Fills all but so many bytes of what is free.
    func fill(allBut freeBytes: Int) throws {
        try Data().write(to: URL(filePath: store.path + "/filler"))
        let filler = try FileHandle(forWritingTo: URL(filePath: store.path + "/filler"))
        try filler.write(contentsOf: Data(count: max(try self.freeBytes() - freeBytes, 0)))
        try filler.close()
    }

    /// Emptied first: a process that is just being started may hold it open, and its room with it.
    func removeFiller() throws {
        guard truncate(store.path + "/filler", 0) == 0 else { throw Failure.filler(errno) }
        try FileManager.default.removeItem(atPath: store.path + "/filler")
    }

    func removeBallast() throws { try FileManager.default.removeItem(atPath: store.path + "/ballast") }
}
