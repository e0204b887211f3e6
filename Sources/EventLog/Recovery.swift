import POSIX

/// What opening a log found, for the start-up message and for tests.
public struct Recovery: Sendable, Equatable {
    /// Records in the log.
    public let records: UInt64
    /// Of the last event; 0 in an empty log.
    public let lastPosition: UInt64
    /// Bytes of a batch that was never acknowledged and were cut away; 0 after a clean stop.
    public let cutBytes: Int
    /// The file and the offset at which it now ends, if something was cut.
    public let cutSegment: String?
    public let cutOffset: Int
}

extension LogExtent {
    /// Makes the last segment safe to write on: cuts the torn tail and syncs what came before it.
    func repair(_ tail: TornTail, directory: String) throws(SystemError) -> Recovery {
        let file = try FileDescriptor(opening: segments[end.segment].path, .readWrite)
        let isTorn = tail.end > end.offset
        if isTorn {
            // The file grows again with zeros, and no record of the lost batch can come back behind new ones.
            try file.truncate(to: end.offset)
            try file.synchronize()
        }
        try rewriteLastBatch(file)
        // A rename may have been all that the last run came to.
        try Directory.synchronize(directory)
        return Recovery(
            records: records, lastPosition: nextPosition - 1, cutBytes: tail.end - end.offset,
            cutSegment: isTorn ? segments[end.segment].path : nil, cutOffset: isTorn ? end.offset : 0)
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
