import JSON

/// What a user does in the marketplace. Raw values are stored in rows.
public enum Role: UInt8, Sendable, CaseIterable {
    case customer = 0
    case seller = 1

    /// As JSON spells it.
    public var name: StaticString {
        switch self {
        case .customer: "customer"
        case .seller: "seller"
        }
    }

    public init?(name: RawSpan) {
        for role in Self.allCases where name.equals(role.name) {
            self = role
            return
        }
        return nil
    }
}
