/// What is wrong with one field of a body, as RFC 9457 answers say it.
public struct FieldError: Equatable, Sendable {
    /// A JSON pointer as a URI fragment, such as `#/lines/0/quantity`.
    public var pointer: String
    /// One sentence: what was expected, what was found.
    public var detail: String

    public init(pointer: String, detail: String) { (self.pointer, self.detail) = (pointer, detail) }
}
