import CLLHTTP
import Glibc
import JSON

/// Reads one answer at a time from the bytes of a connection, and says when it is complete or broken.
///
/// Requests are not pipelined, so bytes behind an answer are as wrong as bytes that are no answer.
final class AnswerParser {
    enum Step: Equatable {
        case needsMore
        case complete
        case broken
    }

    private let parser: UnsafeMutablePointer<llhttp_t>
    /// The largest JSON that is judged: 100 cards of 2 KB, or 1 MiB of events, are far below it.
    static let jsonLimit = 16 << 20

    private let bodyLimit: Int
    /// Whether header fields are looked at, and JSON is kept whole. Set it between two answers.
    var readsWhole = true {
        didSet {
            let settings = readsWhole ? Settings.whole : Settings.plain
            parser.pointee.settings = UnsafeMutableRawPointer(settings.pointer)
        }
    }
    /// The body: of JSON that is read whole the first `jsonLimit` bytes, of anything else the first `bodyLimit`.
    private(set) var body = ByteWriter(capacity: 512)
    private(set) var isBodyCut = false
    /// The value of the ETag field; empty without one.
    private(set) var entityTag = ByteWriter(capacity: 64)
    private(set) var hasToken = false
    /// Whether Content-Type says that the body is JSON.
    private(set) var isJSON = false
    private var contentType = ByteWriter(capacity: 64)
    private(set) var status = 0
    /// Whether the connection may carry another request.
    private(set) var keepsAlive = false
    private var isComplete = false
    private var nameMatch = HeaderNameMatch()
    private var isInValue = false

    init(bodyLimit: Int = Readable.exampleBytes) {
        self.bodyLimit = bodyLimit
        parser = .allocate(capacity: 1)
        parser.initialize(to: llhttp_t())
        llhttp_init(parser, HTTP_RESPONSE, Settings.whole.pointer)
        // Safe: the callbacks run only inside `feed` and `finish`, while `self` is alive.
        parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        parser.deinitialize(count: 1)
        parser.deallocate()
    }

    /// Makes ready for the next answer.
    func reset() {
        llhttp_reset(parser)
        forget()
    }

    func feed(_ bytes: UnsafeRawBufferPointer) -> Step {
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        let code = llhttp_execute(parser, start, bytes.count)
        if isComplete {
            let isWhole = llhttp_get_error_pos(parser) == start.map { $0 + bytes.count }
            return isWhole ? .complete : .broken
        }
        return code == HPE_OK ? .needsMore : .broken
    }

    /// The connection has ended: complete only when the answer's end is the connection's.
    func finish() -> Step {
        // The callback pauses the parser, so the flag tells and not the code.
        _ = llhttp_finish(parser)
        keepsAlive = false
        return isComplete ? .complete : .broken
    }

    private func forget() {
        (status, keepsAlive, isComplete) = (0, false, false)
        (isBodyCut, hasToken, isJSON, isInValue) = (false, false, false, false)
        body.removeAll()
        entityTag.removeAll()
        contentType.removeAll()
        nameMatch.begin()
    }

    // MARK: Callbacks

    /// Without counting a reference: this happens two dozen times an answer.
    fileprivate static func with<Result>(
        _ parser: UnsafeMutablePointer<llhttp_t>?, _ body: (AnswerParser) -> Result
    ) -> Result {
        // Safe: the caller of `feed` or `finish` holds the parser.
        Unmanaged<AnswerParser>.fromOpaque(parser!.pointee.data)._withUnsafeGuaranteedRef(body)
    }

    fileprivate func messageEnded() -> Int32 {
        let code = Int(parser.pointee.status_code)
        // 100 Continue and its kind come before the answer; 101 would change the protocol and stays an error.
        if code >= 100 && code < 200 && code != 101 {
            forget()
            return 0
        }
        (status, isComplete) = (code, true)
        keepsAlive = llhttp_should_keep_alive(parser) != 0
        return Int32(HPE_PAUSED.rawValue)
    }

    fileprivate func headEnded() {
        status = Int(parser.pointee.status_code)
        isJSON = contentType.withUnsafeBytes { $0.isJSONType }
    }

    fileprivate func add(bodyBytes start: UnsafePointer<CChar>, count: Int) {
        let taken = min(count, (isJSON ? Self.jsonLimit : bodyLimit) - body.count)
        if taken > 0 { body.append(from: start, count: taken) }
        if taken < count { isBodyCut = true }
    }

    fileprivate func add(nameBytes start: UnsafePointer<CChar>, count: Int) {
        if isInValue {
            nameMatch.begin()
            isInValue = false
        }
        nameMatch.add(UnsafeRawBufferPointer(start: start, count: count))
    }

    fileprivate func add(valueBytes start: UnsafePointer<CChar>, count: Int) {
        isInValue = true
        switch nameMatch.name {
        // An entity tag of more than this is not worth repeating.
        case .entityTag where entityTag.count + count <= 256: entityTag.append(from: start, count: count)
        case .contentType where contentType.count + count <= 256: contentType.append(from: start, count: count)
        case .consistencyToken where count > 0: hasToken = true
        default: break
        }
    }
}

extension UnsafeRawBufferPointer {
    /// `application/json`, in any case, with or without parameters.
    fileprivate var isJSONType: Bool {
        let name: StaticString = "application/json"
        let length = name.utf8CodeUnitCount
        guard count >= length, strncasecmp(baseAddress!, name.utf8Start, length) == 0 else { return false }
        return count == length || self[length] == UInt8(ascii: ";") || self[length] == UInt8(ascii: " ")
    }
}

/// llhttp keeps a pointer to its callbacks, so they live as long as the process.
private struct Settings: @unchecked Sendable {  // Written once, inside its initializer.
    static let whole = Settings(readsFields: true)
    static let plain = Settings(readsFields: false)

    let pointer: UnsafeMutablePointer<llhttp_settings_t>

    private init(readsFields: Bool) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: llhttp_settings_t())
        llhttp_settings_init(pointer)
        pointer.pointee.on_headers_complete = { parser in
            AnswerParser.with(parser) { $0.headEnded() }
            return 0
        }
        pointer.pointee.on_body = { parser, start, count in
            AnswerParser.with(parser) { $0.add(bodyBytes: start!, count: count) }
            return 0
        }
        pointer.pointee.on_message_complete = { AnswerParser.with($0) { $0.messageEnded() } }
        guard readsFields else { return }
        pointer.pointee.on_header_field = { parser, start, count in
            AnswerParser.with(parser) { $0.add(nameBytes: start!, count: count) }
            return 0
        }
        pointer.pointee.on_header_value = { parser, start, count in
            AnswerParser.with(parser) { $0.add(valueBytes: start!, count: count) }
            return 0
        }
    }
}
