import POSIX

/// One file of the log: `log/<first position, 20 digits>.log`.
///
/// A segment is made whole under a temporary name, synced and renamed. The last one has preallocated zeros behind its
/// records. Before the next one is made it is sealed: cut to end with its last record, and synced. So wherever a later
/// segment exists, every byte of the earlier ones was on the disk.
struct Segment: Sendable {
    static let suffix = ".log"
    static let temporarySuffix = ".log.new"

    let path: String
    let firstPosition: UInt64

    /// Its path in the data directory.
    var name: String { "log/" + path.suffix(24) }

    init(directory: String, firstPosition: UInt64) {
        let digits = String(firstPosition)
        self.firstPosition = firstPosition
        path = directory + "/" + String(repeating: "0", count: 20 - digits.count) + digits + Segment.suffix
    }

    /// The segments of a directory in the order of their positions. Other names are left alone.
    static func list(_ directory: String) throws(SystemError) -> [Segment] {
        try Directory.list(directory).compactMap { name in
            guard name.utf8.count == 24, name.hasSuffix(suffix), let position = UInt64(name.prefix(20)) else {
                return nil
            }
            return Segment(directory: directory, firstPosition: position)
        }
    }

    /// Removes what a crash while making a segment left.
    static func removeTemporaries(_ directory: String) throws(SystemError) {
        for name in try Directory.list(directory) where name.hasSuffix(temporarySuffix) {
            try Directory.remove(directory + "/" + name)
        }
    }

    /// Writes the file under its temporary name and syncs it; `finishMaking` gives it its name.
    func make(_ header: SegmentHeader) throws(SystemError) {
        let file = try FileDescriptor(opening: temporaryPath, .replace)
        try header.write(to: file)
        try file.synchronizeData()
    }

    /// Gives the made file its name, durably.
    func finishMaking(in directory: String) throws(SystemError) {
        try Directory.rename(temporaryPath, to: path)
        try Directory.synchronize(directory)
    }

    var temporaryPath: String { path + ".new" }

    /// Reads the header and holds it against the file's name.
    func readHeader(_ file: borrowing FileDescriptor) throws(EventLogError) -> SegmentHeader {
        let bytes = try files { () throws(SystemError) in try file.read(at: 0, count: SegmentHeader.size) }
        let header: SegmentHeader
        do throws(SegmentHeader.Fault) { header = try SegmentHeader(bytes) } catch {
            switch error {
            case .version(let version): throw .unsupported(segment: path, version: version)
            case .magic: throw damaged(at: 0, firstPosition, "it does not begin as a segment of Vitrine's log")
            case .checksum: throw damaged(at: 0, firstPosition, "the checksum of its header does not match")
            }
        }
        guard header.firstPosition == firstPosition else {
            throw damaged(at: 0, firstPosition, "its header says that it begins at position \(header.firstPosition)")
        }
        return header
    }

    func damaged(at offset: Int, _ position: UInt64, _ reason: String) -> EventLogError {
        .damaged(segment: path, offset: offset, position: position, reason: reason)
    }
}

/// A place between two records.
struct LogLocation: Comparable, Sendable {
    /// Index in the list of segments.
    var segment: Int
    /// Offset in that file.
    var offset: Int

    static func < (left: LogLocation, right: LogLocation) -> Bool {
        (left.segment, left.offset) < (right.segment, right.offset)
    }
}
