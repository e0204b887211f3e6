import HTTP

/// What a request comes to when its bytes arrive in given portions, as plain values that tests can compare.
enum Outcome: Equatable {
    case incomplete
    case refused(Refusal)
    case request(ParsedRequest)
}

struct ParsedRequest: Equatable {
    var method: Method
    var target: String
    var path: String
    var query: String
    var fields: [String: [String]]
    var keepAlive: Bool
    var contentLength: Int
    var isChunked: Bool
    var expectsContinue: Bool
    var headLength: Int
}

/// Feeds `bytes` up to each of `ends` in turn, then all of them.
func outcome(_ bytes: [UInt8], ends: [Int] = []) -> Outcome {
    var scanner = HeadScanner()
    let parser = RequestParser()
    for end in ends + [bytes.count] {
        // A buffer of its own each time, so that nothing can be read beyond what has arrived.
        let arrived = Array(bytes[..<end])
        let step: Outcome? = arrived.withUnsafeBytes { buffer in
            switch scanner.scan(buffer) {
            case .incomplete: return nil
            case .refused(let refusal): return .refused(refusal)
            case .complete(let length):
                let head = UnsafeRawBufferPointer(rebasing: buffer[..<length])
                do throws(Refusal) {
                    let parsed = try parser.parse(head)
                    let empty = UnsafeRawBufferPointer(start: nil, count: 0)
                    let request = parser.request(parsed, head: head.baseAddress!, body: empty)
                    return .request(describe(request, headLength: length))
                } catch {
                    return .refused(error)
                }
            }
        }
        if let step { return step }
    }
    return .incomplete
}

func outcome(_ text: String) -> Outcome { outcome(Array(text.utf8)) }

/// The refusal of a request made of a good first line, `fields` and Host.
func refusal(fields: String) -> Refusal? { refusal("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n") }

func refusal(_ text: String) -> Refusal? {
    guard case .refused(let refusal) = outcome(text) else { return nil }
    return refusal
}

func request(_ text: String) -> ParsedRequest? {
    guard case .request(let request) = outcome(text) else { return nil }
    return request
}

private func describe(_ request: borrowing Request, headLength: Int) -> ParsedRequest {
    var fields: [String: [String]] = [:]
    for header in Header.allCases where request.has(header) {
        var lines: [String] = []
        request.forEachValue(header) { lines.append(text($0)) }
        if let first = request.value(header), text(first) != lines[0] { lines = ["value is not the first line"] }
        if request.isRepeated(header) != (lines.count > 1) { lines = ["isRepeated is wrong"] }
        fields["\(header.name)"] = lines
    }
    return ParsedRequest(
        method: request.method, target: text(request.target), path: text(request.path), query: text(request.query),
        fields: fields, keepAlive: request.head.keepAlive, contentLength: request.head.contentLength,
        isChunked: request.head.isChunked, expectsContinue: request.head.expectsContinue, headLength: headLength)
}

func text(_ span: RawSpan) -> String { span.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

/// A generator that a seed determines (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
