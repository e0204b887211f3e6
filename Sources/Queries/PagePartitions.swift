import Views

extension [Partition] {
    /// Those of a page: names, the places of its list, and what each of its items depends on.
    init(_ numbers: [UInt64], _ places: Partition? = nil, item: (UInt64) -> Partition) {
        self = []
        reserveCapacity(numbers.count + 2)
        append(.userNames)
        if let places { append(places) }
        for number in numbers { append(item(number)) }
    }
}
