import Marketplace

extension ViewWriter {
    /// Applies one event to every view. The same function runs live and in a rebuild.
    ///
    /// A failure leaves the batch half done: drop the writer, which undoes it.
    public mutating func apply(_ event: Event, at moment: Moment) throws(ViewError) {
        switch event {
        case .userRegistered(let event): try UsersView.apply(event, moment, to: &self)
        case .userUpdated(let event): try UsersView.apply(event, moment, to: &self)
        case .productAdded(let event): try ProductsView.apply(event, moment, to: &self)
        case .productUpdated(let event): try ProductsView.apply(event, moment, to: &self)
        case .priceChanged(let event): try ProductsView.apply(event, moment, to: &self)
        case .stockAdjusted(let event): try ProductsView.apply(event, moment, to: &self)
        case .productDiscontinued(let event): try ProductsView.apply(event, moment, to: &self)
        case .orderCreated(let event): try OrdersView.apply(event, moment, to: &self)
        case .orderPaid(let event): try OrdersView.apply(event, moment, to: &self)
        case .orderShipped(let event): try OrdersView.apply(event, moment, to: &self)
        case .orderDelivered(let event): try OrdersView.apply(event, moment, to: &self)
        case .orderCancelled(let event): try OrdersView.apply(event, moment, to: &self)
        case .orderRefunded(let event): try OrdersView.apply(event, moment, to: &self)
        case .productReviewed(let event): try ReviewsView.apply(event, moment, to: &self)
        }
    }
}
