import JSON

/// Lists of entity tags, RFC 9110, 8.8.3 and 13.1.2.
public enum EntityTags {
    /// Whether the value of an `If-None-Match` names `tag`, which has its quotes, weakly compared, or any (`*`).
    ///
    /// A list that is malformed names nothing: the client then gets the whole answer, which is never wrong.
    public static func list(_ list: RawSpan, names tag: RawSpan) -> Bool {
        if list.equals("*") { return true }
        return list.withUnsafeBytes { list in tag.withUnsafeBytes { contains(list, $0) } }
    }

    private static func contains(_ list: UnsafeRawBufferPointer, _ tag: UnsafeRawBufferPointer) -> Bool {
        var (index, isFound, isBehindTag) = (0, false, false)
        while index < list.count {
            let byte = list[index]
            if byte.isBlank {
                index += 1
            } else if byte == UInt8(ascii: ",") {
                isBehindTag = false
                index += 1
            } else {
                guard !isBehindTag, let opaque = opaqueTag(list, at: index) else { return false }
                if UnsafeRawBufferPointer(rebasing: list[opaque]).elementsEqual(tag) { isFound = true }
                isBehindTag = true
                index = opaque.upperBound
            }
        }
        return isFound
    }

    /// Where the quoted part of the tag at `start` is; nil if there is none.
    private static func opaqueTag(_ list: UnsafeRawBufferPointer, at start: Int) -> Range<Int>? {
        var quote = start
        if list[start] == UInt8(ascii: "W") {
            guard start + 1 < list.count, list[start + 1] == UInt8(ascii: "/") else { return nil }
            quote = start + 2
        }
        guard quote < list.count, list[quote] == UInt8(ascii: "\"") else { return nil }
        var end = quote + 1
        while end < list.count, list[end] != UInt8(ascii: "\"") {
            // `etagc`: visible ASCII and what is above ASCII.
            guard list[end] > 0x20, list[end] != 0x7F else { return nil }
            end += 1
        }
        return end < list.count ? quote..<end + 1 : nil
    }
}
