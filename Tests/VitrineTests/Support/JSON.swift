import Foundation

/// A JSON value that tests write as a literal and read by name.
enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case decimal(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])
    /// A name that the object has not got, or an index beyond the array.
    case absent

    init(_ bytes: [UInt8]) throws {
        self = JSON(value: try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed]))
    }

    private init(value: Any) {
        switch value {
        case let object as [String: Any]: self = .object(object.mapValues { JSON(value: $0) })
        case let array as [Any]: self = .array(array.map { JSON(value: $0) })
        case let string as String: self = .string(string)
        case let number as NSNumber:
            // JSONSerialization makes booleans numbers of one character.
            if number.objCType.pointee == CChar(UInt8(ascii: "c")) {
                self = .bool(number.boolValue)
            } else if let integer = Int(exactly: number) {
                self = .integer(integer)
            } else {
                self = .decimal(number.doubleValue)
            }
        default: self = .null
        }
    }

    subscript(name: String) -> JSON {
        if case .object(let object) = self { object[name] ?? .absent } else { .absent }
    }

    subscript(index: Int) -> JSON {
        if case .array(let array) = self, array.indices.contains(index) { array[index] } else { .absent }
    }

    var string: String? { if case .string(let string) = self { string } else { nil } }
    var integer: Int? { if case .integer(let integer) = self { integer } else { nil } }
    var array: [JSON]? { if case .array(let array) = self { array } else { nil } }
    var object: [String: JSON]? { if case .object(let object) = self { object } else { nil } }
    var names: Set<String> { Set((object ?? [:]).keys) }

    /// The text that goes to the server.
    var text: String {
        switch self {
        case .null, .absent: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .integer(let integer): "\(integer)"
        case .decimal(let decimal): "\(decimal)"
        case .string(let string): JSON.quoted(string)
        case .array(let array): "[" + array.map(\.text).joined(separator: ",") + "]"
        case .object(let object):
            "{" + object.map { JSON.quoted($0) + ":" + $1.text }.sorted().joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.value < 0x20:
                text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// This object with some fields replaced; a field set to `.absent` is taken out.
    func with(_ changes: [String: JSON]) -> JSON {
        var object = self.object ?? [:]
        for (name, value) in changes {
            if value == .absent { object.removeValue(forKey: name) } else { object[name] = value }
        }
        return .object(object)
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    init(nilLiteral: ()) { self = .null }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .decimal(value) }
    init(stringLiteral value: String) { self = .string(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}

extension JSON: CustomStringConvertible {
    var description: String { self == .absent ? "absent" : text }
}

/// Money in the test market's currency.
func gbp(_ amount: Int) -> JSON { ["amount": .integer(amount), "currency": "GBP"] }
