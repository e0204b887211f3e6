/// What decisions look at of a review: whether another one says the same.
public struct ReviewState: Equatable, Sendable {
    public var rating: Int64
    public var text: Fingerprint?

    public init(rating: Int64, text: Fingerprint? = nil) {
        self.rating = rating
        self.text = text
    }
}
