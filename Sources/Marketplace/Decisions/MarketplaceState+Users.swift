extension MarketplaceState {
    func decide(_ command: RegisterUser) throws(Rejection) -> Decision {
        guard users[command.userId] == nil else {
            throw Rejection(.duplicateId, "There is a user '\(command.userId)' already.")
        }
        return .event(
            .userRegistered(
                UserRegistered(
                    userId: command.userId, name: command.name, email: command.email, role: command.role,
                    country: command.country)))
    }

    /// The event tells only what really changes.
    func decide(_ command: UpdateUser) throws(Rejection) -> Decision {
        let user = try user(command.userId)
        let event = UserUpdated(
            userId: command.userId, name: command.name == user.name ? nil : command.name,
            email: command.email.changing(user.email) { Fingerprint(of: $0) },
            country: command.country.changing(user.country) { $0 })
        guard event.name != nil || event.email != .keep || event.country != .keep else {
            return .unchanged(id: command.userId)
        }
        return .event(.userUpdated(event))
    }
}

extension Change<Text> {
    /// This change, or `keep` if the field is so already.
    func changing<Stored: Equatable>(_ current: Stored?, _ stored: (Text) -> Stored) -> Change {
        switch self {
        case .keep: .keep
        case .clear: current == nil ? .keep : .clear
        case .set(let value): current == stored(value) ? .keep : self
        }
    }
}
