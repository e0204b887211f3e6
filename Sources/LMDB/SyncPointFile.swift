import CXXHash
import POSIX

/// `sync-point` beside a data file whose commits do not wait for the disk: the head of the data file, its first two pages, in
/// which LMDB names its newest roots, as they were at a commit whose every page is on the disk.
///
/// Two slots are written in turn, so a power cut while one is written leaves the other.
struct SyncPointFile: ~Copyable {
    /// LMDB's greatest page. (`MAX_PAGESIZE` of 0.9)
    private static let pageBytesMax = 32 << 10
    /// Where a slot's head begins: the fields stand before it.
    private static let headOffset = 4_096
    private static let slotBytes = headOffset + 2 * pageBytesMax
    private static let magic: UInt64 = 0x3130_5450_434E_5953  // "SYNCPT01"
    static let bootBytes = 36

    struct Slot {
        var sequence: UInt64
        /// The start of the machine during which the data file was last written without waiting; empty after a failed sync.
        var boot: [UInt8]
        var head: [UInt8]
    }

    private let file: FileDescriptor
    private(set) var newest: Slot?

    private init(_ file: consuming FileDescriptor, _ newest: Slot?) {
        self.file = file
        self.newest = newest
    }

    /// Opens the file in the environment's directory, or makes it.
    static func open(in directory: String) throws(SystemError) -> SyncPointFile {
        let file = try FileDescriptor(opening: path(in: directory), .create)
        // Room for both slots now: a sync point must not fail for a full disk.
        if try file.size() < 2 * slotBytes {
            try file.allocate(from: 0, count: 2 * slotBytes)
            try file.synchronize()
            try Directory.synchronize(directory)
        }
        let newest = try newestSlot(file)
        return SyncPointFile(file, newest)
    }

    /// What the file in `directory` says; nil when there is none, or no whole slot in it.
    static func read(in directory: String) throws(SystemError) -> Slot? {
        guard Files.exists(path(in: directory)) else { return nil }
        return try newestSlot(FileDescriptor(opening: path(in: directory), .read))
    }

    private static func path(in directory: String) -> String { directory + "/sync-point" }

    /// Writes the next slot in the place of the older one, and returns when it is on the disk.
    ///
    /// `isAbout` is called just before: until then the disk knows of the older slot alone.
    mutating func write(boot: [UInt8], head: [UInt8], isAbout: () -> Void = {}) throws(SystemError) {
        let sequence = (newest?.sequence ?? 0) + 1
        let slot = Slot(sequence: sequence, boot: boot, head: head)
        isAbout()
        try file.write(SyncPointFile.encode(slot).span.bytes, at: SyncPointFile.offset(of: sequence))
        try file.synchronizeData()
        newest = slot
    }

    // MARK: Bytes

    private static func offset(of sequence: UInt64) -> Int { sequence % 2 == 0 ? 0 : slotBytes }

    private static func encode(_ slot: Slot) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: headOffset) + slot.head
        let boot = slot.boot.prefix(bootBytes)
        bytes.replaceSubrange(28..<28 + boot.count, with: boot)
        bytes.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: magic.littleEndian, as: UInt64.self)
            bytes.storeBytes(of: slot.sequence.littleEndian, toByteOffset: 8, as: UInt64.self)
            bytes.storeBytes(of: UInt32(slot.head.count).littleEndian, toByteOffset: 24, as: UInt32.self)
            bytes.storeBytes(of: check(UnsafeRawBufferPointer(bytes)).littleEndian, toByteOffset: 16, as: UInt64.self)
        }
        return bytes
    }

    /// XXH3-64 of a slot whose field for it is 0.
    private static func check(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        vitrine_xxh3_64(bytes.baseAddress, bytes.count)
    }

    private static func newestSlot(_ file: borrowing FileDescriptor) throws(SystemError) -> Slot? {
        let slots = [try decode(file, 0), try decode(file, slotBytes)].compactMap { $0 }
        return slots.max { $0.sequence < $1.sequence }
    }

    /// The slot at `offset`, unless it is torn or was never written.
    private static func decode(_ file: borrowing FileDescriptor, _ offset: Int) throws(SystemError) -> Slot? {
        var bytes = try file.read(at: offset, count: slotBytes)
        func integer<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Value {
            bytes.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self)) }
        }
        guard bytes.count >= headOffset, integer(0, UInt64.self) == magic else { return nil }
        let (sequence, claimed) = (integer(8, UInt64.self), integer(16, UInt64.self))
        let end = headOffset + Int(integer(24, UInt32.self))
        guard end <= bytes.count else { return nil }
        bytes.removeLast(bytes.count - end)
        bytes.replaceSubrange(16..<24, with: repeatElement(0, count: 8))
        guard bytes.withUnsafeBytes(check) == claimed else { return nil }
        return Slot(
            sequence: sequence, boot: Array(bytes[28..<28 + bootBytes].prefix { $0 != 0 }),
            head: Array(bytes[headOffset...]))
    }
}
