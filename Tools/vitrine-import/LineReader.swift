/// Reads the lines of a file, without their ends, LF or CRLF. A byte order mark is passed over.
struct LineReader {
    enum Line: Equatable {
        case text([UInt8])
        /// A line of more than `lineBytesMax`; nobody keeps its text.
        case tooLong
    }

    static let lineBytesMax = 1 << 20
    private static let chunkBytes = 256 << 10
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let read: CSVReader.Read
    private var chunk = [UInt8](repeating: 0, count: chunkBytes)
    private var (position, limit) = (0, 0)
    /// The number of the line that was read last, from 1.
    private(set) var number = 0

    init(read: @escaping CSVReader.Read) { self.read = read }

    /// nil at the end of the file. The last line may lack its end.
    mutating func next() throws(ImportError) -> Line? {
        var (line, hasBytes, isTooLong): ([UInt8], Bool, Bool) = ([], false, false)
        while true {
            if position == limit {
                try refill()
                guard limit > 0 else { break }
            }
            hasBytes = true
            let rest = chunk[position..<limit]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let piece = rest[..<(end ?? limit)]
            if line.count + piece.count > Self.lineBytesMax { (isTooLong, line) = (true, []) }
            if !isTooLong { line += piece }
            position = end.map { $0 + 1 } ?? limit
            if end != nil { break }
        }
        guard hasBytes else { return nil }
        number += 1
        if isTooLong { return .tooLong }
        if number == 1, line.starts(with: Self.byteOrderMark) { line.removeFirst(Self.byteOrderMark.count) }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return .text(line)
    }

    private mutating func refill() throws(ImportError) {
        let result = chunk.withUnsafeMutableBytes { buffer in
            Result { () throws(ImportError) in try read(buffer) }
        }
        (position, limit) = (0, try result.get())
    }
}
