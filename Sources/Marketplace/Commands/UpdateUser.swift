import JSON

/// Absent fields stay as they are.
public struct UpdateUser: Equatable, Sendable {
    public var userId: Text
    public var name: Text?
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

extension UpdateUser {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        userId = decoder.text("userId", .id, from: &object)
        name = decoder.replacement("name", .title, from: &object)
        email = decoder.change("email", .email, from: &object)
        country = decoder.change("country", .country, from: &object)
        if name == nil, email == .keep, country == .keep {
            decoder.refuseEmptyUpdate("name, email or country")
        }
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(userId)
        encoder.append(name)
        encoder.append(email)
        encoder.append(country)
    }
}
