import HTTP
import JSON

/// The parameters of a query by name, decoded: each known and given once.
struct ParameterSet {
    /// More than any query has; what is beyond is refused before it is decoded.
    private static let parametersMax = 32

    private var values: [String: [UInt8]] = [:]

    init(_ query: RawSpan, allowed: [String]) throws(Problem) {
        var parameters = QueryParameters(query)
        var count = 0
        while try ParameterSet.next(&parameters) {
            count += 1
            guard count <= ParameterSet.parametersMax else {
                throw Problem.badParameters("A query has at most \(ParameterSet.parametersMax) parameters.")
            }
            let name = parameters.name.text
            guard allowed.contains(name) else {
                let known =
                    allowed.isEmpty ? "there are none here" : "known here are \(allowed.joined(separator: ", "))"
                throw Problem.parameter(String(name.prefix(64)), "is not a parameter of this query: \(known)")
            }
            guard values[name] == nil else { throw Problem.parameter(name, "is given more than once") }
            values[name] = parameters.value.withUnsafeBytes { [UInt8]($0) }
        }
    }

    private static func next(_ parameters: inout QueryParameters) throws(Problem) -> Bool {
        do {
            return try parameters.next()
        } catch {
            throw Problem.parameter(String(parameters.rawName.text.prefix(64)), error.explanation)
        }
    }

    mutating func take(_ name: String) -> [UInt8]? { values.removeValue(forKey: name) }

    mutating func limit(_ range: ClosedRange<Int>, default fallback: Int) throws(Problem) -> Int {
        guard let text = take("limit") else { return fallback }
        guard text.count <= 6, !text.isEmpty, text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let limit = Int(String(decoding: text, as: UTF8.self)), range.contains(limit)
        else {
            throw Problem.parameter("limit", "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return limit
    }

    mutating func place(_ binding: PageCursor.Binding, bytes: Int) throws(Problem) -> [UInt8] {
        guard let text = take("cursor") else { return [] }
        guard let place = PageCursor.place(text, binding, placeBytes: bytes) else {
            throw Problem.parameter(
                "cursor",
                "is not a cursor of this list: take nextCursor as it is, and repeat every other parameter but limit")
        }
        return place
    }
}

extension Problem {
    static func badParameters(_ detail: String) -> Problem {
        Problem("invalid-parameter", .badRequest, "A query parameter is not valid", detail: detail)
    }

    /// 400 for one parameter.
    public static func parameter(_ name: String, _ detail: String) -> Problem {
        badParameters("\(name) \(detail).").at(.parameter(name), detail)
    }
}

extension RawSpan {
    var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}

extension PercentError {
    fileprivate var explanation: String {
        switch self {
        case .badEscape: "has a % that two hexadecimal digits do not follow"
        case .notUTF8: "is not UTF-8 once it is decoded"
        }
    }
}
