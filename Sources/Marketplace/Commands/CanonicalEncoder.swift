import JSON

/// Spells a decoded command as bytes of one form only, to be hashed.
///
/// Hashes are stored in the log, so this form never changes: the name, then each field in the order of its type's
/// `encode`. A text is its byte length (4 bytes, little endian) and its bytes, an integer 8 bytes little endian, an optional
/// a byte 0 (absent), 1 (a value follows) or 2 (cleared). A new optional field goes last and is left out when absent.
struct CanonicalEncoder: ~Copyable {
    private var writer = ByteWriter(capacity: 512)

    init(_ name: StaticString) {
        append(name)
    }

    var fingerprint: Fingerprint { Fingerprint(of: writer.bytes) }

    mutating func append(_ name: StaticString) {
        writer.append(littleEndian: UInt32(name.utf8CodeUnitCount))
        writer.append(name)
    }

    mutating func append(_ text: Text) {
        writer.append(littleEndian: UInt32(text.utf8.count))
        writer.append(text.utf8)
    }

    mutating func append(_ integer: Int64) { writer.append(littleEndian: integer) }

    mutating func append(_ text: Text?) {
        writer.append(byte: text == nil ? 0 : 1)
        if let text { append(text) }
    }

    mutating func append(_ integer: Int64?) {
        writer.append(byte: integer == nil ? 0 : 1)
        if let integer { append(integer) }
    }

    mutating func append(_ change: Change<Text>) {
        switch change {
        case .keep: writer.append(byte: 0)
        case .set(let text):
            writer.append(byte: 1)
            append(text)
        case .clear: writer.append(byte: 2)
        }
    }
}
