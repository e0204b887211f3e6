/// What a request asked for, and so what a right answer to it looks like.
struct AnswerRule: Equatable, Sendable {
    enum Body: Equatable, Sendable {
        /// Anything the server likes.
        case any
        /// The envelope of a list.
        case list
        /// The JSON of one thing.
        case object
    }

    /// Index into the workload's kinds of requests: where the answer is counted.
    let kind: Int
    let body: Body
    /// The page that was asked for, so that its cursor and its entity tag can be used again.
    var target = Target(page: .newest, index: 0)
    /// Whether the request carried an entity tag, so that 304 is an answer.
    var isConditional = false
    /// Whether a lack of stock is an answer.
    var mayLackStock = false

    /// What is wrong with an answer; nil when it is right. The framing has been judged before.
    func fault(status: Int, body bytes: UnsafeRawBufferPointer) -> Fault? {
        if status == 304 && isConditional { return nil }
        if status == 409 && mayLackStock && bytes.contains("insufficient-stock") { return nil }
        guard status >= 200 && status < 300 else { return .status(status) }
        return switch body {
        case .any: nil
        case .list: bytes.contains("\"items\":[") ? nil : .noList
        case .object: bytes.first == UInt8(ascii: "{") ? nil : .noObject
        }
    }
}
