import JSON

/// Units found, bought, lost or counted.
public struct AdjustStock: Equatable, Sendable {
    /// What happens to the units that are there.
    public enum Change: Equatable, Sendable {
        /// So many come in; negative, are gone.
        case by(Int64)
        /// There are so many from now on.
        case to(Int64)
        /// An outside list says so many. The list knows nothing of what was sold since it was made, so it counts only when
        /// it says something else than the last list did.
        case listed(Int64)
    }

    public var productId: Text
    public var change: Change

    public init(productId: Text, change: Change) {
        self.productId = productId
        self.change = change
    }

    public init(productId: Text, delta: Int64) { self.init(productId: productId, change: .by(delta)) }
}

extension AdjustStock {
    @_lifetime(object: copy object)
    init(_ decoder: inout CommandDecoder, _ object: inout JSONObject) {
        productId = decoder.text("productId", .id, from: &object)
        let choice = decoder.oneInteger(
            of: [("delta", Bounds.delta), ("stock", Bounds.stock), ("listStock", Bounds.stock)], from: &object)
        change =
            switch choice.index {
            case 1: .to(choice.value)
            case 2: .listed(choice.value)
            default: .by(choice.value)
            }
    }

    /// `stock` and `listStock` are newer than `delta`: absent, they leave no trace, and beside them it is 0.
    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(productId)
        switch change {
        case .by(let delta): encoder.append(delta)
        case .to(let stock):
            encoder.append(0 as Int64)
            encoder.append(stock as Int64?)
        case .listed(let listStock):
            encoder.append(0 as Int64)
            encoder.append(nil as Int64?)
            encoder.append(listStock as Int64?)
        }
    }
}
