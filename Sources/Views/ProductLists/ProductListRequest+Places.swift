extension ProductListRequest {
    /// The places that alone decide which products are found: those of a list that is kept and asked for without a further
    /// filter. Nil when what is found depends on more.
    public var places: Partition? {
        var rest = filter
        (rest.category, rest.seller) = (nil, nil)
        guard rest.isOpen else { return nil }
        switch (filter.category, filter.seller) {
        case (nil, nil): return .productPlaces(.all, sort.keptSort)
        case (let category?, nil): return .productPlaces(.category(category), sort.keptSort)
        case (nil, let seller?) where sort == .newest: return .productPlaces(.seller(seller), .newest)
        case (_, _?): return nil
        }
    }
}
