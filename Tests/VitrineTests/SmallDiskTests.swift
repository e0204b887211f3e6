import Foundation
import Testing

/// The small disk that the other tests take, and the one that stands in for it where nothing can be mounted, end alike.
@Suite struct SmallDiskTests {
    private struct Result {
        let code: Int32
        let output: String
        let errors: String
    }

    /// Runs a program as a server on the disk would run.
    private func run(_ disk: SmallDisk, _ words: String...) throws -> Result {
        let (process, output, errors) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["LC_ALL=C"] + words
        process.environment = ProcessInfo.processInfo.environment.merging(disk.data.environment) { $1 }
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let texts = [output, errors].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return Result(code: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    private func size(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    @Test(arguments: SmallDiskKind.tested) func aSmallDiskEnds(_ kind: SmallDiskKind?) throws {
        let disk = try SmallDisk(kind)
        let (kept, grown) = (disk.data.path + "/kept", disk.data.path + "/grown")
        let free = try disk.freeBytes()
        #expect(free > SmallDisk.bytes - SmallDisk.ballastBytes - (2 << 20), "\(free)")
        #expect(free <= SmallDisk.bytes - SmallDisk.ballastBytes)

        #expect(try run(disk, "fallocate", "-l", "1048576", kept).code == 0)
        let full = try run(disk, "dd", "if=/dev/zero", "of=\(grown)", "bs=70000")
        #expect(full.code == 1 && full.errors.contains("No space left on device"), "\(full.errors)")
        #expect(try size(grown) == free - (1 << 20))
        #expect(try disk.freeBytes() == 0)
        #expect(try run(disk, "stat", "-f", "-c", "%a", disk.data.path).output == "0\n")

        // Nothing more, but what has its room already can be written.
        #expect(try run(disk, "fallocate", "-l", "4096", disk.data.path + "/other").code == 1)
        #expect(try run(disk, "dd", "if=/dev/zero", "of=\(kept)", "bs=1048576", "count=1", "conv=notrunc").code == 0)
        #expect(
            try run(disk, "dd", "if=/dev/zero", "of=\(kept)", "bs=4096", "count=1", "seek=256", "conv=notrunc").code
                == 1)
        #expect(try size(kept) == 1 << 20)

        try disk.removeBallast()
        #expect(try disk.freeBytes() == SmallDisk.ballastBytes)
        #expect(try run(disk, "fallocate", "-l", "\(SmallDisk.ballastBytes + 1)", disk.data.path + "/other").code == 1)
        #expect(try run(disk, "fallocate", "-l", "\(SmallDisk.ballastBytes)", disk.data.path + "/other").code == 0)
        #expect(try disk.freeBytes() == 0)
        #expect(try run(disk, "truncate", "-s", "0", grown).code == 0)
        #expect(try disk.freeBytes() == free - (1 << 20))
    }
}
