extension MarketplaceState {
    func decide(_ command: ReviewProduct) throws(Rejection) -> Decision {
        _ = try product(command.productId)
        try user(command.customerId, as: .customer)
        let review = ReviewState(rating: command.rating, text: command.text.map { Fingerprint(of: $0) })
        let key = ReviewKey(productId: command.productId, customerId: command.customerId)
        guard reviews[key] != review else { return .unchanged(id: command.productId) }
        return .event(
            .productReviewed(
                ProductReviewed(
                    productId: command.productId, customerId: command.customerId, rating: command.rating,
                    text: command.text)))
    }
}
