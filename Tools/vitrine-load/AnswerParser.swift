import CLLHTTP
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
    private let bodyLimit: Int
    /// The first `bodyLimit` bytes of the body.
    private(set) var body = ByteWriter(capacity: 512)
    /// The value of the ETag field; stays empty unless the parser was made to look for it.
    private(set) var entityTag = ByteWriter(capacity: 64)
    private(set) var status = 0
    /// Whether the connection may carry another request.
    private(set) var keepsAlive = false
    private var isComplete = false
    private var nameMatch = HeaderNameMatch()

    /// - Parameter findsEntityTag: looks at every header field, so only a workload that uses the tag asks for it.
    init(bodyLimit: Int, findsEntityTag: Bool) {
        self.bodyLimit = bodyLimit
        parser = .allocate(capacity: 1)
        parser.initialize(to: llhttp_t())
        llhttp_init(parser, HTTP_RESPONSE, findsEntityTag ? Settings.withHeaders.pointer : Settings.plain.pointer)
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
        body.removeAll()
        entityTag.removeAll()
        nameMatch.begin()
    }

    // MARK: Callbacks

    fileprivate static func of(_ parser: UnsafeMutablePointer<llhttp_t>?) -> AnswerParser {
        Unmanaged<AnswerParser>.fromOpaque(parser!.pointee.data).takeUnretainedValue()
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

    fileprivate func headEnded() { status = Int(parser.pointee.status_code) }

    fileprivate func add(bodyBytes start: UnsafePointer<CChar>, count: Int) {
        let taken = min(count, bodyLimit - body.count)
        if taken > 0 { body.append(from: start, count: taken) }
    }

    fileprivate func add(nameBytes start: UnsafePointer<CChar>, count: Int) {
        nameMatch.add(UnsafeRawBufferPointer(start: start, count: count))
    }

    fileprivate func add(valueBytes start: UnsafePointer<CChar>, count: Int) {
        // An entity tag of more than this is not worth repeating.
        if nameMatch.isEntityTag && entityTag.count + count <= 256 { entityTag.append(from: start, count: count) }
    }

    fileprivate func valueEnded() { nameMatch.begin() }
}

/// llhttp keeps a pointer to its callbacks, so they live as long as the process.
private struct Settings: @unchecked Sendable {  // Written once, inside its initializer.
    static let plain = Settings(findsEntityTag: false)
    static let withHeaders = Settings(findsEntityTag: true)

    let pointer: UnsafeMutablePointer<llhttp_settings_t>

    private init(findsEntityTag: Bool) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: llhttp_settings_t())
        llhttp_settings_init(pointer)
        pointer.pointee.on_headers_complete = { parser in
            AnswerParser.of(parser).headEnded()
            return 0
        }
        pointer.pointee.on_body = { parser, start, count in
            AnswerParser.of(parser).add(bodyBytes: start!, count: count)
            return 0
        }
        pointer.pointee.on_message_complete = { AnswerParser.of($0).messageEnded() }
        guard findsEntityTag else { return }
        pointer.pointee.on_header_field = { parser, start, count in
            AnswerParser.of(parser).add(nameBytes: start!, count: count)
            return 0
        }
        pointer.pointee.on_header_value = { parser, start, count in
            AnswerParser.of(parser).add(valueBytes: start!, count: count)
            return 0
        }
        pointer.pointee.on_header_value_complete = { parser in
            AnswerParser.of(parser).valueEnded()
            return 0
        }
    }
}
