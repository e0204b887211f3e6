import POSIX

/// What opening a log found, for the start-up message and for tests.
public struct Recovery: Sendable, Equatable {
    /// Records in the log.
    public let records: UInt64
    /// The position of the last event; 0 in an empty log.
    public let lastPosition: UInt64
    /// Bytes of a batch that was never acknowledged and were cut away; 0 after a clean stop.
    public var cutBytes = 0
    /// The file and the offset at which it now ends, if something was cut.
    public var cutSegment: String?
    public var cutOffset = 0
    /// The files of a copy behind the gap at which its log ends, under their new names.
    public var setAside: [String] = []

    init(records: UInt64, lastPosition: UInt64) { (self.records, self.lastPosition) = (records, lastPosition) }
}

extension LogExtent {
    /// Makes the last segment safe to write on: cuts the torn tail, or sets aside what a copier left behind a gap, and syncs
    /// what came before it.
    mutating func repair(_ ending: Ending?, directory: String) throws(SystemError) -> Recovery {
        var recovery = Recovery(records: records, lastPosition: nextPosition - 1)
        for (segment, end) in unsealed {
            let file = try FileDescriptor(opening: segment.path, .readWrite)
            try file.truncate(to: end)
            try file.synchronize()
        }
        switch ending {
        case .gap: recovery.setAside = try setAside(directory)
        case .tail(let tail) where tail.end > end.offset:
            let file = try FileDescriptor(opening: segments[end.segment].path, .readWrite)
            // The file grows again with zeros, and no record of the lost batch can come back behind new ones.
            try file.truncate(to: end.offset)
            try file.synchronize()
            (recovery.cutBytes, recovery.cutSegment) = (tail.end - end.offset, segments[end.segment].path)
            recovery.cutOffset = end.offset
        case .tail, nil: break
        }
        try rewriteLastBatch(FileDescriptor(opening: segments[end.segment].path, .readWrite))
        // A rename may have been all that the last run came to.
        try Directory.synchronize(directory)
        return recovery
    }

    /// Ends the log at `end`. The files from there on keep their bytes under other names.
    private mutating func setAside(_ directory: String) throws(SystemError) -> [String] {
        var names: [String] = []
        // The last one first: a crash on the way leaves a log that ends sooner.
        while segments.count > end.segment + 1, let segment = segments.popLast() {
            names.append(try Files.freeName(segment.path + ".aside"))
            try Directory.rename(segment.path, to: names[names.count - 1])
        }
        let segment = segments[end.segment]
        let aside = try Files.freeName(segment.path + ".aside")
        let draft = try FileDescriptor(opening: segment.temporaryPath, .replace)
        try draft.copy(FileDescriptor(opening: segment.path, .read), count: end.offset)
        try draft.synchronize()
        try Directory.link(segment.path, as: aside)
        try segment.finishMaking(in: directory)
        return [aside] + names.reversed()
    }

    /// Writes the last batch once more. It may never have been synced, and after a sync that failed the kernel holds pages
    /// as clean that are not on the disk: only bytes written anew are certain to be synced.
    private func rewriteLastBatch(_ file: borrowing FileDescriptor) throws(SystemError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: end.offset - batchOffset, alignment: 16)
        defer { buffer.deallocate() }
        guard try file.read(into: buffer, at: batchOffset) == buffer.count else {
            throw SystemError("read the last batch of", file.path, code: SystemError.inputOutput)
        }
        try file.write(UnsafeRawBufferPointer(buffer), at: batchOffset)
        try file.synchronizeData()
    }
}
