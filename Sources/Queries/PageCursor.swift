import CXXHash
import HTTP
import JSON

/// A keyset cursor: the place of the last item that was shown, bound to the filter and sort that it was made for.
///
/// Its text is base64url of a version (1 byte), a check (8 bytes) and the place. The check is a hash of the query and
/// the place, so a cursor of another query, or one that was touched, is refused. Places are made of sort values and of
/// numbers that a rebuild gives again, so a cursor outlives one.
struct PageCursor {
    private static let version: UInt8 = 1

    /// What a cursor is bound to: every parameter that shapes the list, but not `limit`.
    struct Binding {
        private var bytes: [UInt8] = []

        init(_ route: StaticString) { bytes += route.withUTF8Buffer { Array($0) } + [0] }

        mutating func add(_ name: StaticString, _ value: [UInt8]?) {
            guard let value else { return }
            bytes += name.withUTF8Buffer { Array($0) } + [0]
            withUnsafeBytes(of: UInt32(value.count)) { bytes += Array($0) }
            bytes += value
        }

        func check(_ place: [UInt8]) -> UInt64 {
            let all = bytes + place
            return all.withUnsafeBytes { XXH3_64bits_withSeed($0.baseAddress, $0.count, UInt64(PageCursor.version)) }
        }
    }

    static func append(_ place: [UInt8], _ binding: Binding, to output: inout ByteWriter) {
        var bytes: [UInt8] = [version]
        withUnsafeBytes(of: binding.check(place).bigEndian) { bytes += Array($0) }
        bytes += place
        Base64URL.append(bytes, to: &output)
    }

    /// The place in a cursor's text; nil for what is no cursor of this list.
    static func place(_ text: [UInt8], _ binding: Binding, placeBytes: Int) -> [UInt8]? {
        guard let bytes = Base64URL.decode(text), bytes.count == 9 + placeBytes, bytes[0] == version else { return nil }
        let place = Array(bytes[9...])
        let check = bytes[1..<9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return check == binding.check(place) ? place : nil
    }
}
