import Glibc
import HTTP
import JSON

/// The parameters of a query by name, decoded: each known and, unless it is a list, given once.
struct ParameterSet {
    /// More than any query has, with a list of 100 ids one by one; what is beyond is refused before it is decoded.
    private static let parametersMax = 128

    private var values: [(name: StaticString, value: [UInt8])] = []

    /// `lists` may be given several times: that is the same as their values with a comma between them.
    init(_ query: RawSpan, allowed: [StaticString], lists: [StaticString] = []) throws(Problem) {
        guard query.byteCount > 0 else { return }
        var parameters = QueryParameters(query)
        var count = 0
        while try ParameterSet.next(&parameters) {
            count += 1
            guard count <= ParameterSet.parametersMax else {
                throw Problem.badParameters("A query has at most \(ParameterSet.parametersMax) parameters.")
            }
            guard let name = ParameterSet.known(parameters.name, allowed) else {
                throw ParameterSet.unknown(parameters.name, allowed)
            }
            let value = parameters.value.withUnsafeBytes { [UInt8]($0) }
            guard let known = values.firstIndex(where: { $0.name.isSame(as: name) }) else {
                values.append((name, value))
                continue
            }
            guard lists.contains(where: { $0.isSame(as: name) }) else {
                throw Problem.parameter("\(name)", "is given more than once")
            }
            values[known].value.append(UInt8(ascii: ","))
            values[known].value += value
        }
    }

    private static func known(_ name: RawSpan, _ allowed: [StaticString]) -> StaticString? {
        for candidate in allowed where name.equals(candidate) { return candidate }
        return nil
    }

    private static func unknown(_ name: RawSpan, _ allowed: [StaticString]) -> Problem {
        if name.byteCount == 0 {
            return Problem.badParameters("A parameter has no name: see whether the query has a '&' or '=' too many.")
                .at(.parameter(""), "has no name")
        }
        let names = allowed.map { "\($0)" }.joined(separator: ", ")
        return Problem.parameter(
            String(name.text.prefix(64)),
            "is not a parameter of this query: \(allowed.isEmpty ? "there are none here" : "known here are \(names)")")
    }

    private static func next(_ parameters: inout QueryParameters) throws(Problem) -> Bool {
        do {
            return try parameters.next()
        } catch {
            throw Problem.parameter(String(parameters.rawName.text.prefix(64)), error.explanation)
        }
    }

    func value(_ name: StaticString) -> [UInt8]? {
        for (known, value) in values where known.isSame(as: name) { return value }
        return nil
    }

    func limit(_ range: ClosedRange<Int>, default fallback: Int) throws(Problem) -> Int {
        guard let text = value("limit") else { return fallback }
        guard text.count <= 6, let limit = ParameterSet.wholeNumber(text), range.contains(limit) else {
            throw Problem.parameter("limit", "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return limit
    }

    /// A whole number of minor units.
    func amount(_ name: StaticString) throws(Problem) -> Int64? {
        guard let text = value(name) else { return nil }
        guard (1...15).contains(text.count), let amount = ParameterSet.wholeNumber(text) else {
            throw Problem.parameter("\(name)", "must be a whole number of minor units, of at most 15 digits")
        }
        return Int64(amount)
    }

    private static func wholeNumber(_ text: [UInt8]) -> Int? {
        guard !text.isEmpty, text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(String(decoding: text, as: UTF8.self))
    }

    /// The name of a parameter that was given and is not among `names`.
    func first(except names: [StaticString]) -> StaticString? {
        for (given, _) in values where !names.contains(where: { $0.isSame(as: given) }) { return given }
        return nil
    }

    /// The place in the cursor, empty without one.
    func place(_ binding: PageCursor.Binding) throws(Problem) -> [UInt8] {
        guard let text = value("cursor") else { return [] }
        guard let place = PageCursor.place(text, binding) else { throw ParameterSet.foreignCursor }
        return place
    }

    /// The place in the cursor, of so many bytes; empty without one.
    func place(_ binding: PageCursor.Binding, bytes: Int) throws(Problem) -> [UInt8] {
        let place = try place(binding)
        guard place.isEmpty || place.count == bytes else { throw ParameterSet.foreignCursor }
        return place
    }

    static let foreignCursor = Problem.parameter(
        "cursor", "is not a cursor of this list: take nextCursor as it is, and repeat every other parameter but limit")
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

extension StaticString {
    fileprivate func isSame(as other: StaticString) -> Bool {
        utf8CodeUnitCount == other.utf8CodeUnitCount && memcmp(utf8Start, other.utf8Start, utf8CodeUnitCount) == 0
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
