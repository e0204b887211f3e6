import Foundation
import Glibc

/// A directory on a tmpfs that is there already and small, all but the bytes wanted of it filled up. The lock of the
/// tmpfs's own directory lets one test at a time have it.
///
/// Whoever else writes to that tmpfs meanwhile takes from the room.
final class SharedDisk: SmallDiskStore {
    /// Filling up a larger one would take memory that the machine needs.
    private static let totalBytesMax = 256 << 20
    let path: String
    private let lock: Int32

    init(bytes: Int) throws {
        var refusals: [String] = []
        for place in try SharedDisk.places() {
            do {
                (path, lock) = try SharedDisk.take(place, bytes: bytes)
                return
            } catch let refusal as SmallDiskRefusal {
                refusals.append("\(place) \(refusal.reason)")
            }
        }
        throw SmallDiskRefusal(refusals.isEmpty ? "there is none" : refusals.joined(separator: ", "))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
        close(lock)
    }

    /// Where a tmpfs is mounted.
    private static func places() throws -> [String] {
        // What is mounted, where, and of which type. A file of `/proc` is read to its end, as it has no size.
        let mounts = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/mounts")).readToEnd() ?? Data()
        let lines = String(decoding: mounts, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
        return Set(lines.filter { $0.count > 2 && $0[2] == "tmpfs" }.map { String($0[1]) }).sorted()
    }

    private static func take(_ place: String, bytes: Int) throws -> (path: String, lock: Int32) {
        let total = try room(place).total
        guard total >= bytes else { throw SmallDiskRefusal("has \(total >> 20) MiB in all") }
        guard total <= totalBytesMax else { throw SmallDiskRefusal("has \(total >> 20) MiB, too many to fill up") }
        let lock = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw SmallDiskRefusal("open", code: errno) }
        do {
            guard flock(lock, LOCK_EX) == 0 else { throw SmallDiskRefusal("flock", code: errno) }
            let path = place + "/vitrine-disk-" + UUID().uuidString
            guard mkdir(path, 0o700) == 0 else { throw SmallDiskRefusal("mkdir", code: errno) }
            do { try fill(path, allBut: bytes) } catch {
                try? FileManager.default.removeItem(atPath: path)
                throw error
            }
            return (path, lock)
        } catch {
            close(lock)
            throw error
        }
    }

    private static func fill(_ path: String, allBut bytes: Int) throws {
        let free = try room(path).free
        guard free > bytes - (1 << 20) else { throw SmallDiskRefusal("has \(free >> 20) MiB free") }
        guard free > bytes else { return }
        let padding = open(path + "/padding", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard padding >= 0 else { throw SmallDiskRefusal("open", code: errno) }
        defer { close(padding) }
        let code = posix_fallocate(padding, 0, off_t(free - bytes))
        guard code == 0 else { throw SmallDiskRefusal("posix_fallocate", code: code) }
    }

    private static func room(_ path: String) throws -> (total: Int, free: Int) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw SmallDiskRefusal("statvfs", code: errno) }
        return (Int(status.f_blocks) * Int(status.f_frsize), Int(status.f_bavail) * Int(status.f_frsize))
    }
}
