/// What comes of a command.
public enum Decision: Equatable, Sendable {
    /// It happens.
    case event(Event)
    /// It is so already: accepted, and nothing happens. `id` is the thing's.
    case unchanged(id: Text)
    case rejected(Rejection)
}

/// Decides what comes of `command`. Pure: `state` must hold whatever of `command.references` exists.
public func decide(_ command: Command, _ state: MarketplaceState) -> Decision {
    do throws(Rejection) {
        return switch command {
        case .registerUser(let command): try state.decide(command)
        case .updateUser(let command): try state.decide(command)
        case .addProduct(let command): try state.decide(command)
        case .updateProduct(let command): try state.decide(command)
        case .changePrice(let command): try state.decide(command)
        case .adjustStock(let command): try state.decide(command)
        case .discontinueProduct(let command): try state.decide(command)
        case .createOrder(let command): try state.decide(command)
        case .reviewProduct(let command): try state.decide(command)
        case .payOrder(let command): try state.decide(command)
        case .shipOrder(let command): try state.decide(command)
        case .deliverOrder(let command): try state.decide(command)
        case .cancelOrder(let command): try state.decide(command)
        case .refundOrder(let command): try state.decide(command)
        }
    } catch {
        return .rejected(error)
    }
}

extension MarketplaceState {
    func user(_ id: Text) throws(Rejection) -> UserState {
        guard let user = users[id] else { throw Rejection(.unknownUser, "There is no user '\(id)'.") }
        return user
    }

    func user(_ id: Text, as role: Role) throws(Rejection) {
        let found = try user(id).role
        guard found == role else { throw Rejection(.wrongRole, "User '\(id)' is a \(found.name), not a \(role.name).") }
    }

    func product(_ id: Text) throws(Rejection) -> ProductState {
        guard let product = products[id] else { throw Rejection(.unknownProduct, "There is no product '\(id)'.") }
        return product
    }

    func listedProduct(_ id: Text) throws(Rejection) -> ProductState {
        let product = try product(id)
        guard !product.isDiscontinued else { throw Rejection(.discontinued, "Product '\(id)' is discontinued.") }
        return product
    }
}
