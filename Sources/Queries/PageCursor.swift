import CXXHash
import HTTP
import JSON

/// A keyset cursor: the place of the last item that was shown, bound to the filter and sort that it was made for.
///
/// Its text is base64url of a version (1 byte), a check (8 bytes) and the place. The check is a hash of the query and
/// the place, so a cursor of another query, or one that was touched, is refused. Places are made of sort values and of
/// numbers that a rebuild gives again, so a cursor outlives one.
struct PageCursor {
    private static let version: UInt8 = 2
    private static let headBytes = 9

    /// What a cursor is bound to: a hash over every parameter that shapes the list, but not `limit`.
    struct Binding {
        private var hash: UInt64

        init(_ route: StaticString) {
            hash = XXH3_64bits_withSeed(route.utf8Start, route.utf8CodeUnitCount, UInt64(PageCursor.version))
        }

        mutating func add(_ name: StaticString, _ value: [UInt8]?) {
            guard let value else { return }
            hash = XXH3_64bits_withSeed(name.utf8Start, name.utf8CodeUnitCount, hash)
            hash = value.withUnsafeBytes { XXH3_64bits_withSeed($0.baseAddress, $0.count, hash) }
        }

        mutating func add(_ name: StaticString, _ value: UInt64) {
            hash = XXH3_64bits_withSeed(name.utf8Start, name.utf8CodeUnitCount, hash)
            hash = withUnsafeBytes(of: value) { XXH3_64bits_withSeed($0.baseAddress, $0.count, hash) }
        }

        func check(_ place: RawSpan) -> UInt64 {
            place.withUnsafeBytes { XXH3_64bits_withSeed($0.baseAddress, $0.count, hash) }
        }
    }

    static func append(_ place: RawSpan, _ binding: Binding, to output: inout ByteWriter) {
        var bytes = ByteWriter(capacity: headBytes + place.byteCount)
        bytes.append(byte: version)
        bytes.append(bigEndian: binding.check(place))
        bytes.append(place)
        Base64URL.append(bytes.bytes, to: &output)
    }

    /// The place in a cursor's text; nil for what is no cursor of this list.
    static func place(_ text: [UInt8], _ binding: Binding) -> [UInt8]? {
        guard let bytes = Base64URL.decode(text), bytes.count > headBytes, bytes[0] == version else { return nil }
        let place = Array(bytes[headBytes...])
        let check = bytes[1..<headBytes].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return check == binding.check(place.span.bytes) ? place : nil
    }
}
