/// What a request asked for, and so what a right answer to it looks like.
struct AnswerRule: Equatable, Sendable {
    enum Body: Equatable, Sendable {
        /// Anything, without a look at it.
        case unread
        /// Anything, but JSON if it is said to be.
        case any
        /// The page of the storefront that `target` names.
        case page
        /// A command's outcome.
        case outcome
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
}
