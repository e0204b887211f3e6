/// What decoding a command depends on besides its bytes. Made once for a thread.
public struct DecodingContext {
    public var currency: Currency
    /// Whether commands may say when they happened and orders what was paid (`--accept-imports`, offline imports).
    public var importsAllowed: Bool
    /// A fresh id for whoever chose none: `UUIDv7.make` with the time and randomness of the caller.
    public var makeId: () -> Text

    public init(currency: Currency, importsAllowed: Bool, makeId: @escaping () -> Text) {
        self.currency = currency
        self.importsAllowed = importsAllowed
        self.makeId = makeId
    }
}
