/// How a text file seems to be written, where it is not as it should be.
enum TextEncoding {
    /// The error for a file that begins as no UTF-8 does; nil for any other.
    static func fault(ofStart bytes: ArraySlice<UInt8>, file: String) -> ImportError? {
        let start = [UInt8](bytes.prefix(4))
        // No text has the character U+0000, and a file begins with ASCII: a name of a column, a bracket, a quote.
        guard start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) || start.contains(0) else {
            return nil
        }
        return ImportError(
            "\(file): the file seems to be UTF-16: save it as UTF-8, or convert it with iconv -f UTF-16 -t UTF-8")
    }

    /// What is wrong with a field: the first byte that cannot be read, and what the file seems to be; nil for UTF-8.
    static func fault(ofField field: ArraySlice<UInt8>) -> String? {
        guard String(validating: field, as: UTF8.self) == nil else { return nil }
        let bytes = [UInt8](field)
        let (index, offset) = firstFault(bytes)
        let code = String(bytes[offset], radix: 16, uppercase: true)
        let isWindows = bytes.contains { (0x80...0x9F).contains($0) }
        return "is not UTF-8: character \(index + 1) is the byte 0x\(code); the file seems to be "
            + (isWindows ? "Windows-1252" : "ISO 8859-1 or Windows-1252") + ", save it as UTF-8"
    }

    /// Where the first byte that does not belong stands, in characters and bytes: there the repaired text differs.
    private static func firstFault(_ bytes: [UInt8]) -> (index: Int, offset: Int) {
        var offset = 0
        for (index, scalar) in String(decoding: bytes, as: UTF8.self).unicodeScalars.enumerated() {
            let width = String(scalar).utf8.count
            guard offset + width <= bytes.count, bytes[offset..<(offset + width)].elementsEqual(String(scalar).utf8)
            else { return (index, min(offset, bytes.count - 1)) }
            offset += width
        }
        return (0, 0)
    }

    /// What a header's columns seem to be separated by, when that is no comma: ` (it seems to be separated by ';')`.
    static func separatorHint(_ header: CSVRecord) -> String {
        let candidates: [(byte: UInt8, name: String)] = [
            (UInt8(ascii: ";"), "semicolons"), (UInt8(ascii: "\t"), "tabs"), (UInt8(ascii: "|"), "'|'"),
        ]
        let counts = candidates.map { candidate in header.bytes.count { $0 == candidate.byte } }
        guard let most = counts.max(), most >= header.count, let index = counts.firstIndex(of: most) else { return "" }
        return " (it seems to be separated by \(candidates[index].name): save it with commas)"
    }
}
