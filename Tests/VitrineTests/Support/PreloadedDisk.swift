import Foundation
import Glibc

/// A directory whose room ends for the programs that `SmallDiskShim.c` is preloaded into. The shim and this count alike:
/// each file below the directory takes its size in whole pages.
final class PreloadedDisk: SmallDiskStore {
    private static let pageBytes = 4_096

    let path: String
    let environment: [String: String]
    private let root: String
    private let bytes: Int

    init(bytes: Int) throws {
        self.bytes = bytes
        // The shim compares with the names that the kernel gives open files.
        guard let temporary = realpath(FileManager.default.temporaryDirectory.path, nil) else {
            throw SmallDiskRefusal("realpath", code: errno)
        }
        defer { free(temporary) }
        root = String(cString: temporary) + "/vitrine-disk-" + UUID().uuidString
        path = root + "/disk"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        environment = [
            "LD_PRELOAD": try PreloadedDisk.compile(into: root), "VITRINE_SMALL_DISK_PATH": path,
            "VITRINE_SMALL_DISK_BYTES": "\(bytes)",
        ]
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func freeBytes() throws -> Int {
        var used = 0
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            var status = stat()
            // One that has just been removed takes nothing.
            guard lstat(path + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            used +=
                (Int(status.st_size) + PreloadedDisk.pageBytes - 1) / PreloadedDisk.pageBytes * PreloadedDisk.pageBytes
        }
        return max(bytes - used, 0)
    }

    /// By the compiler of the Swift that built these tests, without a sanitizer: the shim is to load into any program.
    private static func compile(into directory: String) throws -> String {
        let library = directory + "/small-disk.so"
        let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "SmallDiskShim.c").path
        let (compiler, errors) = (Process(), Pipe())
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, source]
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = (try toolchain().map { $0 + "/bin:" } ?? "") + (environment["PATH"] ?? "")
        compiler.environment = environment
        compiler.standardError = errors
        try compiler.run()
        let reason = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw SmallDiskRefusal("clang: \(reason)") }
        return library
    }

    /// The `usr` directory whose `lib/swift/linux` holds the runtime of these tests.
    private static func toolchain() throws -> String? {
        let maps = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/maps")).readToEnd() ?? Data()
        let words = String(decoding: maps, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        let runtime = "/lib/swift/linux/libswiftCore.so"
        return words.first { $0.hasSuffix(runtime) }.map { String($0.dropLast(runtime.count)) }
    }
}
