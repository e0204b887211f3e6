import JSON

/// A customer or seller joins.
public struct RegisterUser: Equatable, Sendable {
    /// The client's choice, or the id made for this command when the client chose none.
    public var userId: Text
    public var name: Text
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

extension RegisterUser {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        userId = decoder.chosenId("userId", from: &object)
        name = decoder.text("name", .title, from: &object)
        email = decoder.optionalText("email", .email, from: &object)
        role = decoder.role("role", from: &object)
        country = decoder.optionalText("country", .country, from: &object)
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(userId)
        encoder.append(name)
        encoder.append(email)
        encoder.append(role.name)
        encoder.append(country)
    }
}
