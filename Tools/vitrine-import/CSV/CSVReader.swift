/// Reads RFC 4180 records from a stream of bytes: quoted fields, doubled quotes, line ends inside quotes, CRLF or LF.
///
/// A byte order mark and empty lines are passed over. A quote inside a field that did not start with one is text.
struct CSVReader {
    /// Fills a buffer and returns how many bytes; 0 is the end.
    typealias Read = (UnsafeMutableRawBufferPointer) throws(ImportError) -> Int

    /// A record longer than this is a quote that was never closed.
    static let recordBytesMax = 1 << 20
    private static let chunkBytes = 256 << 10
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let name: String
    private let read: Read
    private var chunk = [UInt8](repeating: 0, count: chunkBytes)
    private var (position, limit) = (0, 0)
    private var isAtEnd = false
    private var isAtStart = true
    /// The line of the next byte, from 1.
    private var line = 1

    private enum State {
        case fieldStart, plain, quoted, quoteInQuoted, carriageReturn
    }

    /// `name` is what errors call the file.
    init(name: String, read: @escaping Read) { (self.name, self.read) = (name, read) }

    /// Reads the next record; false at the end of the file.
    mutating func next(into record: inout CSVRecord) throws(ImportError) -> Bool {
        repeat {
            record.removeAll(line: line)
            guard try fill(&record) else { return false }
        } while record.count == 1 && record.bytes.isEmpty && !record.hasQuotedField
        return true
    }

    private mutating func fill(_ record: inout CSVRecord) throws(ImportError) -> Bool {
        var state = State.fieldStart
        while true {
            if position == limit, try !refill() { return try finish(&record, in: state) }
            let isComplete = scan(&record, &state)
            if isComplete { return true }
            guard record.bytes.count <= Self.recordBytesMax else { throw unclosed(record) }
        }
    }

    /// Takes bytes of the chunk until the record is complete or the chunk is used up.
    private mutating func scan(_ record: inout CSVRecord, _ state: inout State) -> Bool {
        let (quote, comma) = (UInt8(ascii: "\""), UInt8(ascii: ","))
        let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        while position < limit {
            let byte = chunk[position]
            position += 1
            if byte == lineFeed { line += 1 }
            if state == .quoted {
                if byte == quote { state = .quoteInQuoted } else { record.bytes.append(byte) }
                continue
            }
            if state == .carriageReturn {
                // A lone CR is text.
                if byte != lineFeed {
                    record.bytes.append(carriageReturn)
                    state = .plain
                }
            }
            switch byte {
            case lineFeed:
                record.ends.append(record.bytes.count)
                return true
            case comma:
                record.ends.append(record.bytes.count)
                state = .fieldStart
            case carriageReturn:
                state = .carriageReturn
            case quote where state == .fieldStart:
                record.hasQuotedField = true
                state = .quoted
            case quote where state == .quoteInQuoted:
                record.bytes.append(quote)
                state = .quoted
            default:
                if state == .quoteInQuoted { record.hasStrayQuote = true }
                record.bytes.append(byte)
                state = .plain
            }
        }
        return false
    }

    /// The last record may lack its line end.
    private func finish(_ record: inout CSVRecord, in state: State) throws(ImportError) -> Bool {
        if state == .quoted { throw unclosed(record) }
        guard !record.ends.isEmpty || !record.bytes.isEmpty || record.hasQuotedField else { return false }
        record.ends.append(record.bytes.count)
        return true
    }

    /// Reads the next chunk; false at the end. The first one is read until a byte order mark would be whole.
    private mutating func refill() throws(ImportError) -> Bool {
        guard !isAtEnd else { return false }
        (position, limit) = (0, 0)
        repeat {
            let result = chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(ImportError) in try read(UnsafeMutableRawBufferPointer(rebasing: buffer[limit...])) }
            }
            let count = try result.get()
            limit += count
            isAtEnd = count == 0
        } while isAtStart && !isAtEnd && limit < Self.byteOrderMark.count
        if isAtStart, let fault = TextEncoding.fault(ofStart: chunk[..<limit], file: name) { throw fault }
        if isAtStart, chunk[..<limit].starts(with: Self.byteOrderMark) { position = Self.byteOrderMark.count }
        isAtStart = false
        return position < limit || !isAtEnd
    }

    private func unclosed(_ record: CSVRecord) -> ImportError {
        ImportError(
            "\(name), line \(record.line): a quoted field that starts here never ends; close or double its quotes")
    }
}
