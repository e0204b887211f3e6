import CLLHTTP
import Glibc

/// Parses complete request heads; one a loop, used again for every request.
///
/// The head is read twice, by different code: here line by line, which finds the fields and refuses what llhttp lets
/// pass, and by llhttp, which checks every byte. A request is taken only when both agree on it.
public final class RequestParser {
    let llhttp: UnsafeMutablePointer<llhttp_t>
    private let settings: UnsafeMutablePointer<llhttp_settings_t>
    /// The known fields of the head parsed last.
    let fields: UnsafeMutablePointer<Field>
    /// For each header the index of its first field; meaningful only where `RequestHead.present` says so.
    let slots: UnsafeMutablePointer<UInt8>

    public init() {
        llhttp = .allocate(capacity: 1)
        settings = .allocate(capacity: 1)
        fields = .allocate(capacity: Limits.fields)
        slots = .allocate(capacity: Header.allCases.count)
        llhttp_settings_init(settings)
        // Stops behind the blank line: there the flags of the head are all set, and not yet forgotten.
        settings.pointee.on_headers_complete = { _ in Int32(HPE_PAUSED.rawValue) }
        llhttp_init(llhttp, HTTP_REQUEST, settings)
    }

    deinit {
        llhttp.deallocate()
        settings.deallocate()
        fields.deallocate()
        slots.deallocate()
    }

    /// Parses a head as `HeadScanner` delimits it, blank line included.
    public func parse(_ head: UnsafeRawBufferPointer) throws(Refusal) -> RequestHead {
        var result = RequestHead()
        let base = head.baseAddress!
        var line = try parseRequestLine(head, into: &result)
        let end = head.count - 2
        while line < end {
            let lineFeed = UnsafeRawPointer(memchr(base + line, 0x0A, head.count - line)!) - base
            try parseField(head, line, lineFeed - 1, into: &result)
            line = lineFeed + 1
        }
        try checkHost(head, &result)
        try checkFraming(head, &result)
        checkPersistence(head, &result)
        try agree(head, &result)
        try splitTarget(head, &result)
        return result
    }

    /// The request as handlers see it. `head` must be the bytes parsed last, and both must outlive the request.
    public func request(_ parsed: RequestHead, head: UnsafeRawPointer, body: UnsafeRawBufferPointer) -> Request {
        Request(head: parsed, base: head, fields: fields, slots: slots, body: body)
    }

    func value(_ header: Header, _ head: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        head.part(fields[Int(slots[Int(header.rawValue)])].value)
    }

    // MARK: Lines

    /// Gives the offset of the second line.
    private func parseRequestLine(_ head: UnsafeRawBufferPointer, into result: inout RequestHead) throws(Refusal) -> Int
    {
        let base = head.baseAddress!
        let lineFeed = UnsafeRawPointer(memchr(base, 0x0A, head.count)!) - base
        let end = lineFeed - 1
        guard let firstSpace = memchr(base, 0x20, end) else { throw .malformedRequestLine }
        let methodEnd = UnsafeRawPointer(firstSpace) - base
        // From behind: the version is the shorter part.
        var targetEnd = end - 1
        while head[targetEnd] != 0x20 { targetEnd -= 1 }
        try checkVersion(UnsafeRawBufferPointer(rebasing: head[(targetEnd + 1)..<end]), into: &result)
        // Exactly one space on either side of the target.
        guard methodEnd > 0, targetEnd > methodEnd + 1, head[methodEnd + 1] != 0x20, head[targetEnd - 1] != 0x20 else {
            throw .malformedRequestLine
        }
        result.target = ByteRange(methodEnd + 1, targetEnd)
        guard result.target.length <= Limits.targetBytes else { throw .targetTooLong }
        return lineFeed + 1
    }

    private func checkVersion(_ version: UnsafeRawBufferPointer, into result: inout RequestHead) throws(Refusal) {
        // "HTTP/1." and one digit, compared as two words.
        let prefix: UInt64 = 0x002E_312F_5054_5448
        if version.count == 8 {
            let word = UInt64(littleEndian: version.loadUnaligned(as: UInt64.self))
            if word & 0x00FF_FFFF_FFFF_FFFF == prefix {
                let minor = UInt8(truncatingIfNeeded: word >> 56)
                if minor == UInt8(ascii: "1") { return }
                result.isVersion10 = minor == UInt8(ascii: "0")
                if result.isVersion10 { return }
            }
        }
        let isVersion =
            version.count > 5 && UnsafeRawBufferPointer(rebasing: version[0..<5]).elementsEqual("HTTP/".utf8)
            && version[5...].allSatisfy {
                $0 == UInt8(ascii: ".") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
            }
        throw isVersion ? .unsupportedVersion : .malformedRequestLine
    }

    /// Parses the field line from `start` to its CR at `end`.
    private func parseField(
        _ head: UnsafeRawBufferPointer, _ start: Int, _ end: Int, into result: inout RequestHead
    ) throws(Refusal) {
        let base = head.baseAddress!
        if head[start].isBlank { throw .foldedField }
        guard let found = memchr(base + start, 0x3A, end - start) else { throw .malformedField }
        let colon = UnsafeRawPointer(found) - base
        if colon == start { throw .emptyFieldName }
        if head[colon - 1].isBlank { throw .spaceBeforeColon }
        guard let header = Header(name: UnsafeRawBufferPointer(rebasing: head[start..<colon])) else { return }
        var (first, last) = (colon + 1, end)
        while first < last && head[first].isBlank { first += 1 }
        while last > first && head[last - 1].isBlank { last -= 1 }
        if last < end, header == .contentLength || header == .transferEncoding {
            result.framingBlanks = ByteRange(last, end)
        }
        let bit: UInt32 = 1 << UInt32(header.rawValue)
        if result.present & bit != 0 {
            result.repeated |= bit
        } else {
            result.present |= bit
            slots[Int(header.rawValue)] = UInt8(result.fieldCount)
        }
        // Within the table: the scanner let at most `Limits.fields` lines through, and this checks again.
        guard result.fieldCount < Limits.fields else { throw .tooManyFields }
        fields[result.fieldCount] = Field(header: header, value: ByteRange(first, last))
        result.fieldCount += 1
    }
}

extension UnsafeRawBufferPointer {
    func part(_ range: ByteRange) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: baseAddress! + Int(range.offset), count: Int(range.length))
    }
}

extension UInt8 {
    /// Space or tab, RFC 9110 `OWS`.
    var isBlank: Bool { self == 0x20 || self == 0x09 }
}
