extension OrderListRequest {
    /// The places that alone decide which orders are found. Nil when what is found depends on more, which only the status is:
    /// an order never gets another customer, seller, total or time.
    public var places: Partition? {
        guard filter.status == nil else { return nil }
        // Of two users either list will do, as an order that is found stands in both.
        if let customer = filter.customer { return .orderPlaces(.customer(customer)) }
        if let seller = filter.seller { return .orderPlaces(.seller(seller)) }
        return .orderPlaces(.all)
    }
}
