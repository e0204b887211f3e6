/// What decisions look at of a user.
public struct UserState: Equatable, Sendable {
    public var role: Role
    public var name: Text
    public var email: Fingerprint?
    public var country: Text?

    public init(
        role: Role, name: Text, email: Fingerprint? = nil, country: Text? = nil
    ) {
        self.role = role
        self.name = name
        self.email = email
        self.country = country
    }
}
