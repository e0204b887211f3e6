import JSON

/// Getters for stored events. Fields that an event's type does not know are passed over: attributes may be added.
extension JSONObject {
    @_lifetime(copy self)
    mutating func value(_ name: StaticString) throws(EventDecodingError) -> JSONValue {
        guard let value = take(name) else { throw .field("\(name)") }
        return value
    }

    @_lifetime(copy self)
    mutating func string(_ name: StaticString) throws(EventDecodingError) -> RawSpan {
        guard let string = try value(name).string else { throw .field("\(name)") }
        return string
    }

    @_lifetime(copy self)
    mutating func array(_ name: StaticString) throws(EventDecodingError) -> JSONArray {
        guard let array = try value(name).array else { throw .field("\(name)") }
        return array
    }

    @_lifetime(copy self)
    mutating func object(_ name: StaticString) throws(EventDecodingError) -> JSONObject {
        guard let object = try value(name).object else { throw .field("\(name)") }
        return object
    }

    @_lifetime(self: copy self)
    mutating func text(_ name: StaticString) throws(EventDecodingError) -> Text { Text(try string(name)) }

    @_lifetime(self: copy self)
    mutating func optionalText(_ name: StaticString) throws(EventDecodingError) -> Text? {
        guard let value = take(name) else { return nil }
        guard let string = value.string else { throw .field("\(name)") }
        return Text(string)
    }

    @_lifetime(self: copy self)
    mutating func change(_ name: StaticString) throws(EventDecodingError) -> Change<Text> {
        guard let value = take(name) else { return .keep }
        if value.isNull { return .clear }
        guard let string = value.string else { throw .field("\(name)") }
        return .set(Text(string))
    }

    @_lifetime(self: copy self)
    mutating func integer(_ name: StaticString) throws(EventDecodingError) -> Int64 {
        guard let integer = try value(name).int64 else { throw .field("\(name)") }
        return integer
    }

    @_lifetime(self: copy self)
    mutating func optionalInteger(_ name: StaticString) throws(EventDecodingError) -> Int64? {
        guard let value = take(name) else { return nil }
        guard let integer = value.int64 else { throw .field("\(name)") }
        return integer
    }

    /// The amount of a money object. Its currency is the log's, which the reader knows.
    @_lifetime(self: copy self)
    mutating func amount(_ name: StaticString) throws(EventDecodingError) -> Amount {
        var money = try object(name)
        return try money.integer("amount")
    }

    @_lifetime(self: copy self)
    mutating func role(_ name: StaticString) throws(EventDecodingError) -> Role {
        guard let role = Role(name: try string(name)) else { throw .field("\(name)") }
        return role
    }

    @_lifetime(self: copy self)
    mutating func orderStatus(_ name: StaticString) throws(EventDecodingError) -> OrderStatus {
        guard let status = OrderStatus(name: try string(name)) else { throw .field("\(name)") }
        return status
    }
}

extension Change<Text> {
    /// What an event's private part says of the e-mail.
    init(email details: JSONValue?) throws(EventDecodingError) {
        guard let details else {
            self = .keep
            return
        }
        guard var object = details.object else { throw .field("private") }
        self = try object.change("email")
    }
}
