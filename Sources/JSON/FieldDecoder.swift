/// Reads the fields of a JSON object and collects what is wrong with them, all of it and not just the first.
///
/// A getter that cannot give what was asked for records why and gives a stand-in (0, nothing), so the caller reads every
/// field before it looks at the errors. Nothing decoded may be used while there are any.
public struct FieldDecoder: Sendable {
    /// Unknown and repeated fields: the object is not what it claims to be.
    public private(set) var malformed: [FieldError] = []
    /// Missing fields, wrong types and values out of bounds.
    public private(set) var invalid: [FieldError] = []

    /// Errors that are kept of each sort; whoever sent more has enough to do.
    public static let errorLimit = 100

    /// Bytes of an unknown name that an answer repeats.
    private static let nameLimit = 256

    private var path: [Step] = []

    private enum Step: Sendable {
        case field(StaticString)
        case index(Int)
    }

    public init() {}

    public var hasErrors: Bool { !malformed.isEmpty || !invalid.isEmpty }

    // MARK: Where the decoder is

    /// Fields are below the field `name` until `leave`.
    public mutating func enter(_ name: StaticString) { path.append(.field(name)) }

    /// Fields are below the element `index` until `leave`.
    public mutating func enter(index: Int) { path.append(.index(index)) }

    public mutating func leave() { path.removeLast() }

    /// The pointer to a field here; without a name, to the value that was entered.
    public func pointer(to name: String? = nil) -> String {
        var pointer = "#"
        for step in path {
            switch step {
            case .field(let name): pointer += "/" + "\(name)".pointerToken
            case .index(let index): pointer += "/\(index)"
            }
        }
        if let name { pointer += "/" + name.pointerToken }
        return pointer
    }

    // MARK: Errors

    /// Records that the field `name`, or the value that was entered, is not acceptable.
    public mutating func refuse(_ name: StaticString? = nil, _ detail: String) {
        guard invalid.count < Self.errorLimit else { return }
        invalid.append(FieldError(pointer: pointer(to: name.map { "\($0)" }), detail: detail))
    }

    private mutating func refuse(_ leftover: JSONObject.Leftover) {
        guard malformed.count < Self.errorLimit else { return }
        guard leftover.name.utf8.count <= Self.nameLimit else {
            malformed.append(FieldError(pointer: pointer(), detail: "There is no field with so long a name."))
            return
        }
        malformed.append(
            FieldError(
                pointer: pointer(to: leftover.name),
                detail: leftover.isRepeated ? "This field is repeated." : "There is no such field."))
    }

    // MARK: Values

    /// Records every field of `object` that was not taken as unknown or repeated.
    public mutating func finish(_ object: borrowing JSONObject) {
        guard object.hasLeftover else { return }
        for leftover in object.leftover { refuse(leftover) }
    }

    /// The field's value; a missing one or `null` is an error.
    @_lifetime(copy object)
    @_lifetime(object: copy object)
    public mutating func required(_ name: StaticString, from object: inout JSONObject) -> JSONValue? {
        guard let value = object.take(name) else {
            refuse(name, "This field is required.")
            return nil
        }
        guard !value.isNull else {
            refuse(name, "This field must not be null.")
            return nil
        }
        return value
    }

    /// The field's value; nil when it is absent or `null`.
    @_lifetime(copy object)
    @_lifetime(object: copy object)
    public mutating func optional(_ name: StaticString, from object: inout JSONObject) -> JSONValue? {
        guard let value = object.take(name), !value.isNull else { return nil }
        return value
    }

    /// The members of `value`, which is the field `name` or, without a name, what was entered.
    @_lifetime(copy value)
    public mutating func object(_ value: JSONValue, _ name: StaticString? = nil) -> JSONObject? {
        guard let object = value.object else {
            refuse(name, "Expected an object, found \(value.kind.noun).")
            return nil
        }
        return object
    }

    @_lifetime(copy value)
    public mutating func array(_ value: JSONValue, _ name: StaticString? = nil) -> JSONArray? {
        guard let array = value.array else {
            refuse(name, "Expected an array, found \(value.kind.noun).")
            return nil
        }
        return array
    }

    @_lifetime(copy value)
    public mutating func string(_ value: JSONValue, _ name: StaticString? = nil) -> RawSpan? {
        guard let string = value.string else {
            refuse(name, "Expected a string, found \(value.kind.noun).")
            return nil
        }
        return string
    }

    /// An integer in `bounds`, else an error and nil.
    public mutating func integer(_ value: JSONValue, in bounds: ClosedRange<Int64>, _ name: StaticString? = nil)
        -> Int64?
    {
        guard value.kind == .integer else {
            refuse(name, "Expected an integer, found \(value.kind.noun).")
            return nil
        }
        guard let integer = value.int64, bounds.contains(integer) else {
            refuse(name, "Expected an integer from \(bounds.lowerBound) to \(bounds.upperBound).")
            return nil
        }
        return integer
    }
}

extension JSONValue.Kind {
    fileprivate var noun: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        case .integer: "an integer"
        case .fraction: "a number with a fraction or exponent"
        }
    }
}

extension String {
    /// A reference token of a JSON pointer in a URI fragment (RFC 6901, sections 3 and 6): `~` and `/` escaped, then every
    /// byte that a fragment may not hold written as `%XX`.
    fileprivate var pointerToken: String {
        var token = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "~"): token += "~0"
            case UInt8(ascii: "/"): token += "~1"
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                token.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where "-._!$&'()*+,;=:@?".utf8.contains(byte):
                token.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                token +=
                    "%" + String(byte >> 4, radix: 16, uppercase: true) + String(byte & 15, radix: 16, uppercase: true)
            }
        }
        return token
    }
}
