import JSON

/// A customer or seller joined.
public struct UserRegistered: Equatable, Sendable {
    public var userId: Text
    public var name: Text
    /// Kept in the log's private part: the feed and the views never show it.
    public var email: Text?
    public var role: Role
    public var country: Text?

    public init(
        userId: Text, name: Text, email: Text? = nil, role: Role, country: Text? = nil
    ) {
        self.userId = userId
        self.name = name
        self.email = email
        self.role = role
        self.country = country
    }
}

extension UserRegistered {
    func writeData(into writer: inout ByteWriter) {
        writer.append("{")
        writer.append(field: "\"userId\":", userId)
        writer.append(field: ",\"name\":", name)
        writer.append(",\"role\":\"")
        writer.append(role.name)
        writer.append("\"")
        writer.append(field: ",\"country\":", country)
        writer.append("}")
    }

    /// False when there is nothing to keep private.
    func writePrivate(into writer: inout ByteWriter) -> Bool {
        guard let email else { return false }
        writer.append(field: "{\"email\":", email)
        writer.append("}")
        return true
    }

    @_lifetime(data: copy data)
    init(_ data: inout JSONObject, private details: JSONValue?) throws(EventDecodingError) {
        userId = try data.text("userId")
        name = try data.text("name")
        email = try Change<Text>(email: details).value
        role = try data.role("role")
        country = try data.optionalText("country")
    }
}
