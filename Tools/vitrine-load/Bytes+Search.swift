import Glibc

extension UnsafeRawBufferPointer {
    /// Whether `needle`, which is not empty, occurs. Fast where it comes early, as the names looked for here do.
    func contains(_ needle: StaticString) -> Bool {
        guard let baseAddress else { return false }
        let length = needle.utf8CodeUnitCount
        var at = 0
        while at + length <= count {
            guard let found = memchr(baseAddress + at, Int32(needle.utf8Start.pointee), count - at - length + 1)
            else { return false }
            if memcmp(found, needle.utf8Start, length) == 0 { return true }
            at = UnsafeRawPointer(found) - baseAddress + 1
        }
        return false
    }

    /// The text value of the last member called `name`, which is given with its quotes and colon; nil when it is no text.
    /// Looked for from the end, where a list has its cursor. Quotes inside a text are escaped, so a text never looks like it.
    func lastText(of name: StaticString) -> UnsafeRawBufferPointer? {
        guard let baseAddress else { return nil }
        let length = name.utf8CodeUnitCount
        let quote = UInt8(ascii: "\"")
        var at = count - length
        while at >= 0, self[at] != quote || memcmp(baseAddress + at, name.utf8Start, length) != 0 { at -= 1 }
        let start = at + length + 1
        guard at >= 0, start < count, self[start - 1] == quote,
            let end = memchr(baseAddress + start, Int32(quote), count - start)
        else { return nil }
        return UnsafeRawBufferPointer(start: baseAddress + start, count: UnsafeRawPointer(end) - baseAddress - start)
    }
}
