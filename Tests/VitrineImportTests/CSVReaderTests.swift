import Testing

@testable import vitrine_import

@Suite struct CSVReaderTests {
    @Test(arguments: [1, 2, 3, 7, 1_000])
    func recordsDoNotDependOnHowTheBytesArrive(chunkBytes: Int) throws {
        let text = "a,b\r\n\"x,\"\"y\"\"\",\"line\r\nend\"\n,\n\n\"\"\nlast,€"
        #expect(
            try fields(of: text, chunkBytes: chunkBytes) == [
                ["a", "b"], ["x,\"y\"", "line\r\nend"], ["", ""], [""], ["last", "€"],
            ])
    }

    @Test(arguments: [1, 2, 1_000])
    func byteOrderMarkIsPassedOver(chunkBytes: Int) throws {
        #expect(try fields(of: "\u{FEFF}\"a\",b", chunkBytes: chunkBytes) == [["a", "b"]])
        #expect(try fields(of: "\u{FEFF}", chunkBytes: chunkBytes) == [])
        #expect(try fields(of: "", chunkBytes: chunkBytes) == [])
    }

    @Test func quoteInsideAPlainFieldIsText() throws {
        #expect(try fields(of: "5\" plate,a\"\"b\n") == [["5\" plate", "a\"\"b"]])
    }

    @Test func loneCarriageReturnIsText() throws {
        #expect(try fields(of: "a\rb,c\r\r\nd") == [["a\rb", "c\r"], ["d"]])
    }

    @Test func textBehindAClosingQuoteIsNoticed() throws {
        var reader = reader(of: "\"a\"b,c\n\"a\",c\n")
        var record = CSVRecord()
        #expect(try reader.next(into: &record))
        #expect(record.hasStrayQuote)
        #expect(try reader.next(into: &record))
        #expect(!record.hasStrayQuote)
    }

    @Test func recordsKnowTheLineTheyStartOn() throws {
        var reader = reader(of: "a\n\"b\nb\"\n\nc\n")
        var record = CSVRecord()
        var lines: [Int] = []
        while try reader.next(into: &record) { lines.append(record.line) }
        #expect(lines == [1, 2, 5])
    }

    @Test func unclosedQuoteIsRefusedWithItsLine() {
        #expect {
            try fields(of: "a\nb,\"c\nd\n")
        } throws: {
            "\($0)" == "test.csv, line 2: a quoted field that starts here never ends; close or double its quotes"
        }
        #expect(throws: ImportError.self) {
            try fields(of: "a\n\"" + String(repeating: "x", count: CSVReader.recordBytesMax + 300_000))
        }
    }
}

/// A reader of `text` that gets `chunkBytes` at a time.
func reader(of text: String, chunkBytes: Int = 1_000) -> CSVReader {
    reader(of: Array(text.utf8), chunkBytes: chunkBytes)
}

func reader(of bytes: [UInt8], chunkBytes: Int = 1_000) -> CSVReader {
    var rest = bytes[...]
    return CSVReader(name: "test.csv") { buffer in
        let chunk = rest.prefix(min(chunkBytes, buffer.count))
        rest = rest.dropFirst(chunk.count)
        buffer.copyBytes(from: chunk)
        return chunk.count
    }
}

@discardableResult
private func fields(of text: String, chunkBytes: Int = 1_000) throws -> [[String]] {
    var reader = reader(of: text, chunkBytes: chunkBytes)
    var record = CSVRecord()
    var all: [[String]] = []
    while try reader.next(into: &record) {
        all.append((0..<record.count).map { String(decoding: record[$0], as: UTF8.self) })
    }
    return all
}
