import Glibc
import HTTP

/// Cuts a body that arrives in parts into lines. It holds what has not been taken: at most a line and a part.
struct LineCutter {
    /// A longer line is given as `tooLong` and skipped. (CONTRACT: Errors, 413.)
    static let lineBytesMax = Limits.bodyBytes

    enum Line: Equatable {
        case text([UInt8])
        case tooLong
    }

    private var bytes: [UInt8] = []
    private var start = 0
    /// There is no line feed from `start` up to here.
    private var searched = 0
    /// Whether what comes up to the next line feed belongs to a line that was too long.
    private var isSkipping = false
    private var isEnded = false

    /// Of the line given last, counted from 1; blank ones count, so that it is the one an editor shows.
    private(set) var number = 0

    mutating func append(_ part: UnsafeRawBufferPointer) {
        bytes.removeFirst(start)
        searched -= start
        start = 0
        bytes += part
    }

    /// Nothing follows: what is left is the last line.
    mutating func end() { isEnded = true }

    /// Nothing follows, and what stands behind the last line feed is not a whole line.
    mutating func breakOff() {
        isEnded = true
        let end = bytes[start...].lastIndex(of: 0x0A).map { $0 + 1 } ?? start
        bytes.removeSubrange(end...)
        searched = min(searched, end)
    }

    /// Whether nothing is left and nothing follows. Ask it when `next` has given nil.
    var isDone: Bool { isEnded && start == bytes.count }

    /// The next line without its end, blank ones left out; nil if it has not arrived whole.
    mutating func next() -> Line? {
        while let end = lineEnd() {
            let line = bytes[start..<min(end, bytes.count)]
            start = min(end + 1, bytes.count)
            searched = start
            if isSkipping {
                isSkipping = false
                continue
            }
            number += 1
            guard line.count <= LineCutter.lineBytesMax else { return .tooLong }
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            return .text(Array(line.last == 0x0D ? line.dropLast() : line))
        }
        if isSkipping {
            start = bytes.count
        } else if bytes.count - start > LineCutter.lineBytesMax {
            isSkipping = true
            start = bytes.count
            number += 1
            return .tooLong
        }
        return nil
    }

    /// Where the line at `start` ends: at its line feed, or at the end of all.
    private mutating func lineEnd() -> Int? {
        let found = bytes.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress, searched < bytes.count else { return nil }
            return memchr(base + searched, 0x0A, bytes.count - searched).map { UnsafeRawPointer($0) - base }
        }
        if let found { return found }
        searched = bytes.count
        return isEnded && start < bytes.count ? bytes.count : nil
    }
}
