import Foundation

/// A tmpfs in a user namespace, so that no privilege is needed and nothing stays mounted. A process that waits for its
/// input's end holds the namespace; the files are reached through its root, also by servers outside of it.
final class NamespaceDisk: SmallDiskStore {
    private let holder = Process()
    private let input = Pipe()
    private let mountPoint: String

    private static let script = "mount -t tmpfs -o size=$1 none \"$0\" && echo mounted && exec cat"

    init(bytes: Int) throws {
        mountPoint = FileManager.default.temporaryDirectory.path + "/vitrine-disk-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: mountPoint, withIntermediateDirectories: false)
        let (output, errors) = (Pipe(), Pipe())
        holder.executableURL = URL(filePath: "/usr/bin/env")
        holder.arguments = ["unshare", "-rm", "sh", "-c", NamespaceDisk.script, mountPoint, "\(bytes)"]
        (holder.standardInput, holder.standardOutput, holder.standardError) = (input, output, errors)
        try holder.run()
        // Either the word or, when it could not be mounted, the end.
        guard output.fileHandleForReading.availableData == Data("mounted\n".utf8) else {
            let reason = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            throw SmallDiskRefusal(reason)
        }
    }

    deinit {
        if holder.isRunning { holder.terminate() }
        try? FileManager.default.removeItem(atPath: mountPoint)
    }

    var path: String { "/proc/\(holder.processIdentifier)/root\(mountPoint)" }
}
