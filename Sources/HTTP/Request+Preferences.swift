extension Request {
    /// The value of a preference (RFC 7240), without its quotes and parameters; the first where it is repeated. Empty for one without
    /// a value, nil when there is none of that name, which is given in lower case.
    public func preference(_ name: StaticString) -> [UInt8]? {
        guard has(.prefer) else { return nil }
        var found: [UInt8]?
        forEachValue(.prefer) { line in
            line.withUnsafeBytes { bytes in
                var reader = PreferenceReader(bytes: bytes)
                while found == nil, let (preference, value) = reader.next() {
                    if preference.elementsEqual(
                        UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
                    {
                        found = value
                    }
                }
            }
        }
        return found
    }
}

/// Takes preferences out of a field's line: `name`, `name=word` or `name="quoted"`, each with parameters behind semicolons.
private struct PreferenceReader {
    let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func next() -> (name: [UInt8], value: [UInt8])? {
        while index < bytes.count, isBlank || bytes[index] == UInt8(ascii: ",") { index += 1 }
        guard index < bytes.count else { return nil }
        let name = word().map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        var value: [UInt8] = []
        if take("=") { value = index < bytes.count && bytes[index] == UInt8(ascii: "\"") ? quoted() : word() }
        // Parameters, and whatever else stands before the next comma that is not quoted.
        while index < bytes.count, bytes[index] != UInt8(ascii: ",") {
            if bytes[index] == UInt8(ascii: "\"") { _ = quoted() } else { index += 1 }
        }
        return (name, value)
    }

    private var isBlank: Bool { bytes[index] == 0x20 || bytes[index] == 0x09 }

    /// The character, with blanks around it.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        while index < bytes.count, isBlank { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        while index < bytes.count, isBlank { index += 1 }
        return true
    }

    private mutating func word() -> [UInt8] {
        let start = index
        while index < bytes.count, !isBlank, !",;=\"".utf8.contains(bytes[index]) { index += 1 }
        return [UInt8](bytes[start..<index])
    }

    private mutating func quoted() -> [UInt8] {
        var text: [UInt8] = []
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
            text.append(bytes[index])
            index += 1
        }
        index = min(index + 1, bytes.count)
        return text
    }
}
