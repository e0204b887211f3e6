/// The request methods the server tells apart; every other known one is `other`.
public enum Method: UInt8, Sendable {
    case get, head, post, options, put, patch, delete, other
}
