import HTTP
import Marketplace

extension Problem {
    /// What a command is answered with while the disk has less room than its reserve.
    static func noRoom(_ freeBytes: Int, _ reserveBytes: Int) -> Problem {
        Problem(
            "disk-reserve", .insufficientStorage, "The disk is almost full",
            detail: "It has \(freeBytes) bytes free, the reserve is \(reserveBytes). Nothing was done; queries go on.")
    }

    /// What HTTP calls a rejection of a command in a marketplace that trades in `currency`. The command stands at `place`, its key
    /// at `key`.
    init(_ rejection: Rejection, in currency: Currency, at place: String, key: Location) {
        self.init(rejection, key: key)
        for line in rejection.lines {
            add(
                .pointer("\(place)/lines/\(line.index)/productId"), line.detail,
                texts: [("productId", line.productId.description)],
                numbers: line.available.map { [("available", $0)] } ?? [])
        }
        if let total = rejection.total { amounts.append(("total", total, "\(currency)")) }
    }

    /// What HTTP calls a rejection that no marketplace has made, of what a client sent.
    init(_ rejection: Rejection, key: Location = .header("Idempotency-Key")) {
        let (status, title): (Status, String) =
            switch rejection.kind {
            case .unknownCommand: (.notFound, "There is no such command")
            case .malformed: (.badRequest, "The command is malformed")
            case .importsOff: (.forbidden, "Imports are off")
            case .invalid: (.unprocessable, "The command is not valid")
            case .wrongCurrency: (.unprocessable, "The currency is another")
            case .orderTooLarge: (.unprocessable, "The order is too large")
            case .idempotencyKeyReused: (.unprocessable, "The Idempotency-Key was used before")
            case .unknownUser: (.conflict, "There is no such user")
            case .unknownProduct: (.conflict, "There is no such product")
            case .unknownOrder: (.conflict, "There is no such order")
            case .wrongRole: (.conflict, "The user has another role")
            case .duplicateId: (.conflict, "The id is taken")
            case .duplicateSku: (.conflict, "The sku is taken")
            case .insufficientStock: (.conflict, "There is not enough stock")
            case .discontinued: (.conflict, "The product is discontinued")
            case .wrongState: (.conflict, "The order is in another state")
            case .priceChanged: (.conflict, "The price has changed")
            }
        self.init(rejection.kind.rawValue, status, title, detail: rejection.detail)
        for error in rejection.errors { self = at(.pointer(error.pointer), error.detail) }
        if rejection.kind == .idempotencyKeyReused {
            self = at(key, "was used for another command")
        }
        if let productId = rejection.productId { texts.append(("productId", productId.description)) }
        if let available = rejection.available { numbers.append(("available", available)) }
        if let owner = rejection.owner {
            texts.append(("sellerId", owner.sellerId.description))
            texts.append(("sku", owner.sku.description))
        }
    }
}
