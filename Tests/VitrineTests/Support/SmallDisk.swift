import Foundation
import Glibc

/// A tmpfs of 64 MiB with the server's data on it and a ballast beside them that can be removed to make room.
///
/// It is mounted in a user namespace, so that no privilege is needed and nothing stays mounted. A process that waits for
/// its input's end holds the namespace; the files are reached through its root, also by servers outside of it.
final class SmallDisk {
    enum Failure: Error {
        /// `unshare -rm` or the mount in it was refused: this test needs user namespaces.
        case noNamespace(String)
        case filler(Int32)
    }

    static let ballastBytes = 16 << 20

    /// Its `path` leads to the disk; standard error goes beside it, not on it.
    let data: DataDirectory
    private let holder = Process()
    private let input = Pipe()

    private static let script = """
        mount -t tmpfs -o size=64m none "$0" && mkdir "$0/data" && head -c \(ballastBytes) /dev/zero > "$0/ballast" \
        && echo mounted && exec cat
        """

    init() throws {
        data = try DataDirectory()
        let mountPoint = data.root + "/disk"
        try FileManager.default.createDirectory(atPath: mountPoint, withIntermediateDirectories: false)
        let (output, errors) = (Pipe(), Pipe())
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        holder.arguments = ["unshare", "-rm", "sh", "-c", SmallDisk.script, mountPoint]
        (holder.standardInput, holder.standardOutput, holder.standardError) = (input, output, errors)
        try holder.run()
        // Either the word or, when it could not be mounted, the end.
        guard output.fileHandleForReading.availableData == Data("mounted\n".utf8) else {
            let reason = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            throw Failure.noNamespace("cannot mount a tmpfs in a user namespace (unshare -rm): \(reason)")
        }
        try FileManager.default.createSymbolicLink(atPath: data.path, withDestinationPath: disk + "/data")
    }

    deinit {
        if holder.isRunning { holder.terminate() }
    }

    private var disk: String { "/proc/\(holder.processIdentifier)/root\(data.root)/disk" }

    func freeBytes() throws -> Int {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: disk)
        return (attributes[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    }

    /// Fills all but so many bytes of what is free.
    func fill(allBut freeBytes: Int) throws {
        try Data().write(to: URL(filePath: disk + "/filler"))
        let filler = try FileHandle(forWritingTo: URL(filePath: disk + "/filler"))
        try filler.write(contentsOf: Data(count: max(try self.freeBytes() - freeBytes, 0)))
        try filler.close()
    }

    /// Emptied first: a process that is just being started may hold it open, and its room with it.
    func removeFiller() throws {
        guard truncate(disk + "/filler", 0) == 0 else { throw Failure.filler(errno) }
        try FileManager.default.removeItem(atPath: disk + "/filler")
    }

    func removeBallast() throws { try FileManager.default.removeItem(atPath: disk + "/ballast") }
}
