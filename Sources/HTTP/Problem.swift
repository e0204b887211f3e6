import JSON

/// An error as RFC 9457 describes it, sent as `application/problem+json`.
public struct Problem: Error, Sendable {
    /// Where in the request one of several mistakes lies.
    public enum Location: Sendable, Equatable {
        /// A JSON pointer into the body, such as `#/price/amount`.
        case pointer(String)
        case parameter(String)
        case header(String)
    }

    public struct Item: Sendable {
        public let location: Location
        public let detail: String
        /// Members of this place alone.
        var texts: [(name: String, value: String)] = []
        var numbers: [(name: String, value: Int64)] = []
    }

    /// The last part of `type`: `urn:vitrine:problem:<slug>`.
    public var slug: String
    public var status: Status
    public var title: String
    public var detail: String?
    public var errors: [Item] = []
    /// Members of this problem alone, such as `productId`.
    public var texts: [(name: String, value: String)] = []
    /// Members of this problem alone, such as `available`.
    public var numbers: [(name: String, value: Int64)] = []

    public init(_ slug: String, _ status: Status, _ title: String, detail: String? = nil) {
        (self.slug, self.status, self.title, self.detail) = (slug, status, title, detail)
    }

    /// Members of this problem alone that are money, such as `total`.
    public var amounts: [(name: String, minorUnits: Int64, currency: String)] = []

    /// This problem with one more place where the request is wrong.
    public func at(_ location: Location, _ detail: String) -> Problem {
        var copy = self
        copy.add(location, detail)
        return copy
    }

    public mutating func add(
        _ location: Location, _ detail: String, texts: [(name: String, value: String)] = [],
        numbers: [(name: String, value: Int64)] = []
    ) {
        errors.append(Item(location: location, detail: detail, texts: texts, numbers: numbers))
    }

    /// Writes the JSON object.
    public func write(into output: inout ByteWriter) {
        output.append("{\"type\":\"urn:vitrine:problem:")
        output.append(text: slug)
        output.append("\",\"title\":")
        output.append(jsonString: title)
        output.append(",\"status\":")
        output.append(decimal: Int(status.rawValue))
        if let detail { output.member("detail", detail) }
        for (name, value) in texts { output.member(name, value) }
        for (name, value) in numbers { output.member(name, value) }
        for (name, minorUnits, currency) in amounts {
            output.append(",")
            output.append(jsonString: name)
            output.append(":{\"amount\":")
            output.append(decimal: minorUnits)
            output.member("currency", currency)
            output.append("}")
        }
        if !errors.isEmpty { writeErrors(into: &output) }
        output.append("}")
    }

    private func writeErrors(into output: inout ByteWriter) {
        output.append(",\"errors\":[")
        for (index, item) in errors.enumerated() {
            output.append(index == 0 ? "{" : ",{")
            let (kind, place) =
                switch item.location {
                case .pointer(let place): ("pointer", place)
                case .parameter(let place): ("parameter", place)
                case .header(let place): ("header", place)
                }
            output.append(jsonString: kind)
            output.append(":")
            output.append(jsonString: place)
            output.member("detail", item.detail)
            for (name, value) in item.texts { output.member(name, value) }
            for (name, value) in item.numbers { output.member(name, value) }
            output.append("}")
        }
        output.append("]")
    }
}

extension ByteWriter {
    /// `,"name":"value"`
    fileprivate mutating func member(_ name: String, _ value: String) {
        append(",")
        append(jsonString: name)
        append(":")
        append(jsonString: value)
    }

    /// `,"name":1`
    fileprivate mutating func member(_ name: String, _ value: Int64) {
        append(",")
        append(jsonString: name)
        append(":")
        append(decimal: value)
    }
}
