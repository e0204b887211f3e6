import CSimdJSON

/// A value of a parsed text, borrowed from its parser.
public struct JSONValue: ~Escapable {
    let element: sj_element

    @_lifetime(immortal)
    init(_ element: sj_element) { self.element = element }

    public enum Kind: Sendable {
        case null, bool, string, array, object
        /// Written without fraction and exponent; it may still be too large for `int64`.
        case integer
        /// A number with a fraction or an exponent, `1.0` included.
        case fraction
    }

    public var kind: Kind {
        switch sj_type_of(element) {
        case SJ_BOOL: .bool
        case SJ_INT64, SJ_UINT64: .integer
        case SJ_DOUBLE: .fraction
        case SJ_STRING: .string
        case SJ_ARRAY: .array
        case SJ_OBJECT: .object
        default: .null
        }
    }

    public var isNull: Bool { sj_type_of(element) == SJ_NULL }

    /// The UTF-8 of a string with its escapes resolved; nil for anything else.
    public var string: RawSpan? {
        @_lifetime(copy self) get {
            guard sj_type_of(element) == SJ_STRING else { return nil }
            var length = 0
            let start = sj_string(element, &length)
            // Safe: simdjson keeps the string in the parser's memory until the next text, and `self` borrows the parser.
            let span = RawSpan(_unsafeStart: UnsafeRawPointer(start!), byteCount: length)
            return _overrideLifetime(span, copying: self)
        }
    }

    /// An integer from −2^63 to 2^63 − 1; nil for anything else, `1.0` and `1e3` included.
    public var int64: Int64? { sj_type_of(element) == SJ_INT64 ? sj_int64(element) : nil }

    /// Any number, as the nearest double to it.
    public var double: Double? {
        switch sj_type_of(element) {
        case SJ_DOUBLE: sj_double(element)
        case SJ_INT64: Double(sj_int64(element))
        case SJ_UINT64: Double(UInt64(bitPattern: sj_int64(element)))
        default: nil
        }
    }

    public var bool: Bool? { sj_type_of(element) == SJ_BOOL ? sj_bool(element) : nil }

    public var object: JSONObject? {
        @_lifetime(copy self) get {
            sj_type_of(element) == SJ_OBJECT ? _overrideLifetime(JSONObject(element), copying: self) : nil
        }
    }

    public var array: JSONArray? {
        @_lifetime(copy self) get {
            sj_type_of(element) == SJ_ARRAY ? _overrideLifetime(JSONArray(element), copying: self) : nil
        }
    }
}
