import JSON
import Marketplace

/// What an import reads of the JSON that a line is answered with, an outcome or a problem (RFC 9457) in `error`, or that
/// the whole request is refused with, a problem.
struct AnswerDocument: Equatable {
    /// A line's own.
    private(set) var status: Int?
    private(set) var isReplayed = false
    /// Whether it is an outcome without events.
    private(set) var saysNothingHappened = false
    /// The problem's name, such as `duplicate-id`.
    private(set) var reason: String?
    /// The problem's detail, and the first of its errors with its place.
    private(set) var detail = "no reason given"
    /// Units left, when too few were there.
    private(set) var available: Int64?
    /// The product that has the sku, when that is taken.
    private(set) var productId: Text?
    /// Whose the product is, when its id is taken.
    private(set) var owner: SellerSKU?

    private static let problemPrefix = "urn:vitrine:problem:"

    /// nil for what is no JSON object.
    init?(_ body: [UInt8], parser: inout JSONParser) {
        guard let document = try? parser.parse(body.span.bytes), var members = document.object else { return nil }
        if var events = members.take("events")?.array { saysNothingHappened = events.next() == nil }
        if let number = members.take("status")?.int64 { status = Int(number) }
        if let replayed = members.take("replayed")?.bool { isReplayed = replayed }
        if var error = members.take("error")?.object { readProblem(&error) } else { readProblem(&members) }
    }

    private mutating func readProblem(_ members: inout JSONObject) {
        if let type = members.take("type")?.text, type.hasPrefix(Self.problemPrefix) {
            reason = String(type.dropFirst(Self.problemPrefix.count))
        }
        if let text = members.take("detail")?.text ?? members.take("title")?.text { detail = text }
        available = members.take("available")?.int64
        productId = members.take("productId")?.text.map { Text($0) }
        if let seller = members.take("sellerId")?.text, let sku = members.take("sku")?.text {
            owner = SellerSKU(sellerId: Text(seller), sku: Text(sku))
        }
        if var errors = members.take("errors")?.array, let first = errors.next(), var error = first.object,
            let place = error.take("pointer")?.text ?? error.take("header")?.text ?? error.take("parameter")?.text
        {
            // What is wrong with an order's first line is said already.
            let fault = error.take("detail")?.text ?? ""
            if fault != detail { detail += " (\(place): \(fault))" }
        }
    }
}

extension JSONValue {
    /// A string's text; nil for anything else.
    var text: String? {
        guard let string else { return nil }
        return string.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
