import JSON

/// Why a command was not accepted. Nothing has changed.
public struct Rejection: Error, Equatable, Sendable {
    public var kind: Kind
    /// One sentence for a person: what was expected, what was found.
    public var detail: String
    /// The fields at fault, when the fault is in fields.
    public var errors: [FieldError]
    /// The lines of an order that are at fault, in their order. `kind` and `detail` are those of the first.
    public var lines: [LineFault] = []
    /// With `priceChanged`: what the order would cost.
    public var total: Amount?
    /// With `duplicateSku`: the product that has the sku. With `insufficientStock`: the product that there is too little of …
    public var productId: Text?
    /// … and the units of it that are left.
    public var available: Int64?
    /// With `duplicateId` of a product: whose the product is.
    public var owner: SellerSKU?

    public init(
        _ kind: Kind, _ detail: String, errors: [FieldError] = [], productId: Text? = nil, available: Int64? = nil,
        owner: SellerSKU? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.productId = productId
        self.available = available
        self.owner = owner
    }

    /// What is wrong with one line of an order.
    public struct LineFault: Equatable, Sendable {
        public var index: Int
        public var detail: String
        public var productId: Text
        /// With `insufficientStock`.
        public var available: Int64?
    }

    /// Raw values are the problem's slug in `urn:vitrine:problem:…`.
    public enum Kind: String, Sendable, CaseIterable {
        // What the client sent.
        case unknownCommand = "unknown-command"
        case malformed = "malformed"
        case importsOff = "imports-off"
        case invalid = "invalid"
        case wrongCurrency = "wrong-currency"
        case idempotencyKeyReused = "idempotency-key-reused"
        // Against state.
        case unknownUser = "unknown-user"
        case unknownProduct = "unknown-product"
        case unknownOrder = "unknown-order"
        case wrongRole = "wrong-role"
        case duplicateId = "duplicate-id"
        case duplicateSku = "duplicate-sku"
        case insufficientStock = "insufficient-stock"
        case discontinued = "discontinued"
        case wrongState = "wrong-state"
        case priceChanged = "price-changed"
        case orderTooLarge = "order-too-large"
    }
}
