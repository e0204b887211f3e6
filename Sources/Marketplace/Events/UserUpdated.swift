import JSON

/// A user is called or reached differently. What it does not tell stayed.
public struct UserUpdated: Equatable, Sendable {
    public var userId: Text
    public var name: Text?
    /// Kept in the log's private part.
    public var email: Change<Text>
    public var country: Change<Text>

    public init(
        userId: Text, name: Text? = nil, email: Change<Text> = .keep, country: Change<Text> = .keep
    ) {
        self.userId = userId
        self.name = name
        self.email = email
        self.country = country
    }
}

extension UserUpdated {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"userId\":", userId)
        writer.append(field: ",\"name\":", name)
        writer.append(field: ",\"country\":", country)
        writer.append("}")
    }

    /// False when there is nothing to keep private.
    func writePrivate(into writer: inout ByteWriter) -> Bool {
        guard email != .keep else { return false }
        writer.append(field: "{\"email\":", email)
        writer.append("}")
        return true
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject, private details: JSONValue?) throws(EventDecodingError) {
        userId = try data.text("userId")
        name = try data.optionalText("name")
        email = try Change<Text>(email: details)
        country = try data.change("country")
    }
}
