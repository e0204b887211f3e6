import CLLHTTP

extension RequestParser {
    /// One Host, none only in HTTP/1.0; an empty one is for URLs without an authority.
    func checkHost(_ head: UnsafeRawBufferPointer, _ result: inout RequestHead) throws(Refusal) {
        guard result.has(.host) else {
            if result.isVersion10 { return }
            throw .missingHost
        }
        if result.isRepeated(.host) { throw .repeatedHost }
        let host = value(.host, head)
        guard host.isEmpty || Authority.isValid(host) else { throw .badHost }
    }

    /// How the body is delimited: there must be one way to read it.
    func checkFraming(_ head: UnsafeRawBufferPointer, _ result: inout RequestHead) throws(Refusal) {
        let framing: UInt32 =
            1 << UInt32(Header.contentLength.rawValue) | 1 << UInt32(Header.transferEncoding.rawValue)
            | 1 << UInt32(Header.expect.rawValue)
        guard result.present & framing != 0 else { return }
        if result.has(.transferEncoding) {
            guard !result.has(.contentLength) else { throw .lengthWithTransferEncoding }
            guard !result.isVersion10, !result.isRepeated(.transferEncoding),
                value(.transferEncoding, head).equalsIgnoringCase("chunked")
            else { throw .unsupportedTransferEncoding }
            result.isChunked = true
        }
        if result.has(.contentLength) {
            if result.isRepeated(.contentLength) { throw .repeatedContentLength }
            result.contentLength = try Self.decimal(value(.contentLength, head))
        }
        // HTTP/1.0 knows no expectations: the field is then ignored.
        if result.has(.expect) && !result.isVersion10 {
            guard !result.isRepeated(.expect), value(.expect, head).equalsContinue else { throw .expectationFailed }
            result.expectsContinue = true
        }
    }

    /// Whether the client lets the connection live on: `close` wins, and HTTP/1.0 must ask for it.
    ///
    /// llhttp's own answer is not asked for: it does not know every list of options, and takes `Proxy-Connection` for
    /// `Connection`.
    func checkPersistence(_ head: UnsafeRawBufferPointer, _ result: inout RequestHead) {
        result.keepAlive = !result.isVersion10
        guard result.has(.connection) else { return }
        var isClosed = false
        for index in 0..<result.fieldCount where fields[index].header == .connection {
            head.part(fields[index].value).forEachMember { option in
                if option.equalsIgnoringCase("close") { isClosed = true }
                if option.equalsIgnoringCase("keep-alive") { result.keepAlive = true }
            }
        }
        if isClosed { result.keepAlive = false }
    }

    private static func decimal(_ text: UnsafeRawBufferPointer) throws(Refusal) -> Int {
        guard !text.isEmpty else { throw .badContentLength }
        var number = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") else { throw .badContentLength }
            // Saturates: any such body is too large, and says so.
            number = number > Int.max / 100 ? Int.max : number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }

    /// llhttp's own reading: every byte is allowed where it stands, and the body is delimited as found here.
    func agree(_ head: UnsafeRawBufferPointer, _ result: inout RequestHead) throws(Refusal) {
        // Nobody reads a body this long, and llhttp does not count that far.
        guard result.contentLength < Int.max else { throw .bodyTooLarge }
        llhttp_reset(llhttp)
        // Without the blanks behind the field that delimits the body: llhttp does not take every legal one.
        let skipped = result.framingBlanks
        var code = HPE_OK
        if skipped.length > 0 { code = execute(head[..<Int(skipped.offset)]) }
        if code == HPE_OK { code = execute(head[Int(skipped.offset + skipped.length)...]) }
        switch code {
        case HPE_PAUSED: break
        case HPE_INVALID_METHOD:
            let method = head.prefix { $0 != 0x20 }
            throw method.allSatisfy(\.isTokenByte) ? .unknownMethod : .malformedRequestLine
        case HPE_INVALID_VERSION: throw .unsupportedVersion
        case HPE_INVALID_URL:
            let target = head[Int(result.target.offset)..<Int(result.target.offset + result.target.length)]
            throw target.contains { $0 > 0x7F } ? .unencodedTarget : .badTarget
        case HPE_INVALID_CONTENT_LENGTH, HPE_UNEXPECTED_CONTENT_LENGTH: throw .badContentLength
        case HPE_INVALID_TRANSFER_ENCODING: throw .unsupportedTransferEncoding
        case HPE_INVALID_CONSTANT: throw .malformedRequestLine
        case HPE_INVALID_HEADER_TOKEN, HPE_LF_EXPECTED, HPE_CR_EXPECTED, HPE_STRICT: throw .controlByte
        default: throw .malformedField
        }
        let state = llhttp.pointee
        let isChunked = state.flags & UInt16(F_CHUNKED.rawValue) != 0
        guard isChunked == result.isChunked, isChunked || state.content_length == UInt64(result.contentLength),
            state.http_minor == (result.isVersion10 ? 0 : 1)
        else { throw .malformedField }
        result.method =
            switch llhttp_method(UInt32(state.method)) {
            case HTTP_GET: .get
            case HTTP_HEAD: .head
            case HTTP_POST: .post
            case HTTP_OPTIONS: .options
            case HTTP_PUT: .put
            case HTTP_PATCH: .patch
            case HTTP_DELETE: .delete
            default: .other
            }
    }

    private func execute(_ part: Slice<UnsafeRawBufferPointer>) -> llhttp_errno_t {
        let bytes = UnsafeRawBufferPointer(rebasing: part)
        return llhttp_execute(llhttp, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }

    /// Origin form `/path?query`, absolute form `http://host/path?query`, or `*` with OPTIONS.
    func splitTarget(_ head: UnsafeRawBufferPointer, _ result: inout RequestHead) throws(Refusal) {
        let end = Int(result.target.offset + result.target.length)
        var start = Int(result.target.offset)
        if head[start] != UInt8(ascii: "/") {
            if head[start] == UInt8(ascii: "*") {
                guard end - start == 1, result.method == .options else { throw .badTarget }
                result.path = result.target
                return
            }
            start = try Self.skipAuthority(head, start, end)
        }
        var queryMark = end
        for index in start..<end {
            if head[index] == UInt8(ascii: "#") { throw .badTarget }
            if head[index] == UInt8(ascii: "?") && queryMark == end { queryMark = index }
        }
        result.path = ByteRange(start, queryMark)
        result.query = ByteRange(min(queryMark + 1, end), end)
    }

    /// Gives the offset of the path of `http://host…`, which may be empty.
    private static func skipAuthority(_ head: UnsafeRawBufferPointer, _ start: Int, _ end: Int) throws(Refusal) -> Int {
        for scheme in ["http://", "https://"] as [StaticString] {
            let length = scheme.utf8CodeUnitCount
            guard end - start > length else { continue }
            let found = UnsafeRawBufferPointer(rebasing: head[start..<(start + length)])
            guard found.equalsIgnoringCase(scheme) else { continue }
            var index = start + length
            while index < end, head[index] != UInt8(ascii: "/"), head[index] != UInt8(ascii: "?") { index += 1 }
            let authority = UnsafeRawBufferPointer(rebasing: head[(start + length)..<index])
            guard Authority.isValid(authority) else { throw .badTarget }
            return index
        }
        throw .badTarget
    }
}

extension RequestHead {
    func isRepeated(_ header: Header) -> Bool { repeated & (1 << UInt32(header.rawValue)) != 0 }
}

extension UnsafeRawBufferPointer {
    /// Calls `body` with each member of a comma-separated list, without the blanks around it; empty ones count for nothing.
    fileprivate func forEachMember(_ body: (UnsafeRawBufferPointer) -> Void) {
        for part in split(separator: UInt8(ascii: ",")) {
            var (start, end) = (part.startIndex, part.endIndex)
            while start < end && self[start].isBlank { start += 1 }
            while end > start && self[end - 1].isBlank { end -= 1 }
            if start < end { body(UnsafeRawBufferPointer(rebasing: self[start..<end])) }
        }
    }

    fileprivate var equalsContinue: Bool {
        // Digits have their own bit 5 set, so comparing without case is exact for them too.
        equalsIgnoringCase("100-continue")
    }
}
