import CColumns
import JSON
import LMDB

/// The values of a facet that are answered: those with the most products, then by value.
struct FacetValues {
    private struct Value {
        let number: UInt64
        let count: UInt32
        /// The value as JSON. It lies in the map of the snapshot that these values are found in.
        let json: UnsafeRawBufferPointer
        /// The text when it is not just what stands between the quotation marks.
        let decoded: [UInt8]?

        func isBefore(_ other: Value) -> Bool {
            if count != other.count { return count > other.count }
            if decoded == nil, other.decoded == nil {
                return json.dropFirst().dropLast().lexicographicallyPrecedes(other.json.dropFirst().dropLast())
            }
            return text.lexicographicallyPrecedes(other.text)
        }

        private var text: [UInt8] { decoded ?? Array(json.dropFirst().dropLast()) }
    }

    private var values: [Value] = []

    /// The one category that all have.
    init(category: UInt64, count: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        guard count > 0 else { return }
        try append(category, UInt32(count), FacetValues.nameOfCategory(category, snapshot))
    }

    /// The one seller that all have.
    init(seller: UInt64, count: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        guard count > 0 else { return }
        try append(seller, UInt32(count), FacetValues.idOfSeller(seller, snapshot))
    }

    init(categories: FacetCounters.Counters, _ limit: Int, _ snapshot: borrowing ViewSnapshot) throws(LMDBError) {
        let most = FacetValues.most(categories, limit, snapshot.budget)
        try take(most.certain + most.tied, limit, categories, snapshot) { number throws(LMDBError) in
            try FacetValues.nameOfCategory(number, snapshot)
        }
    }

    init(
        sellers: FacetCounters.Counters, _ limit: Int, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) {
        var most = FacetValues.most(sellers, limit, snapshot.budget)
        if most.certain.count + most.tied.count > limit {
            most.tied = try FacetValues.firstById(most.tied, limit - most.certain.count, columns, snapshot)
        }
        try take(most.certain + most.tied, limit, sellers, snapshot) { number throws(LMDBError) in
            try FacetValues.idOfSeller(number, snapshot)
        }
    }

    private static func nameOfCategory(_ number: UInt64, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> UnsafeRawBufferPointer
    {
        guard let name = try snapshot.get(.categoryNames, number: number) else {
            preconditionFailure("a column names category number \(number), which has no row")
        }
        return name.withUnsafeBytes { $0 }
    }

    private static func idOfSeller(_ number: UInt64, _ snapshot: borrowing ViewSnapshot) throws(LMDBError)
        -> UnsafeRawBufferPointer
    {
        guard let row = try snapshot.get(.users, number: number) else {
            preconditionFailure("a column names user number \(number), which has no row")
        }
        return UserRow.idJSON(in: row).withUnsafeBytes { $0 }
    }

    private mutating func take(
        _ numbers: [UInt32], _ limit: Int, _ counters: FacetCounters.Counters, _ snapshot: borrowing ViewSnapshot,
        json: (UInt64) throws(LMDBError) -> UnsafeRawBufferPointer
    ) throws(LMDBError) {
        guard snapshot.budget.spend(numbers.count * ReadCost.text_ns) else { return }
        values.reserveCapacity(numbers.count)
        for number in numbers { append(UInt64(number), counters.memory[Int(number)], try json(UInt64(number))) }
        values.sort { $0.isBefore($1) }
        if values.count > limit { values.removeSubrange(limit...) }
    }

    private mutating func append(_ number: UInt64, _ count: UInt32, _ json: UnsafeRawBufferPointer) {
        let decoded = json.contains(UInt8(ascii: "\\")) ? JSONText.decode(Array(json)) : nil
        values.append(Value(number: number, count: count, json: json, decoded: decoded))
    }

    // MARK: The highest counts

    /// Counts below this are told apart by how many have each.
    private static let histogramEnd = 4_096

    /// The numbers with the highest counts: those that are certain to be among the first `limit`, and those with the next
    /// lower count, of which some are, or some beyond.
    static func most(_ counters: FacetCounters.Counters, _ limit: Int, _ budget: ReadBudget) -> (
        certain: [UInt32], tied: [UInt32]
    ) {
        guard budget.spend(counters.count * ReadCost.counter_ns / 2), let counts = counters.memory.baseAddress else {
            return ([], [])
        }
        let found = [UInt32](unsafeUninitializedCapacity: counters.count) { numbers, count in
            guard let start = numbers.baseAddress else { return }
            // Safe: there is room for the number of every counter.
            count = vitrine_list_counted(counts, counters.count, start)
        }
        guard budget.spend(found.count * ReadCost.facetValue_ns) else { return ([], []) }
        guard found.count > limit else { return (found, []) }
        var having = [Int](repeating: 0, count: histogramEnd)
        for number in found { having[min(Int(counts[Int(number)]), histogramEnd - 1)] += 1 }
        var least = histogramEnd - 1
        var above = 0
        while above + having[least] < limit {
            above += having[least]
            least -= 1
        }
        if least == histogramEnd - 1 {
            // More than `limit` of high counts, each of thousands of products: they are few enough to be put in order.
            let high = found.filter { Int(counts[Int($0)]) >= least }.sorted { counts[Int($0)] > counts[Int($1)] }
            let last = counts[Int(high[limit - 1])]
            return (high.filter { counts[Int($0)] > last }, high.filter { counts[Int($0)] == last })
        }
        return (
            found.filter { Int(counts[Int($0)]) > least }, found.filter { Int(counts[Int($0)]) == least }
        )
    }

    /// The first `limit` sellers by id, and those that sixteen bytes of their ids do not tell from the last of these.
    private static func firstById(
        _ numbers: [UInt32], _ limit: Int, _ columns: ColumnReader, _ snapshot: borrowing ViewSnapshot
    ) throws(LMDBError) -> [UInt32] {
        typealias Rank = (first: UInt64, next: UInt64)
        guard snapshot.budget.spend(numbers.count * ReadCost.facetValue_ns) else { return [] }
        let (first, next) = (FacetColumn.sellerId.column, FacetColumn.sellerIdNext.column)
        try columns.findAll(first, snapshot)
        try columns.findAll(next, snapshot)
        func rank(_ number: UInt32) throws(LMDBError) -> Rank {
            (
                try columns.entry(first, UInt64(number), snapshot),
                try columns.entry(next, UInt64(number), snapshot)
            )
        }
        var lowest: [Rank] = []
        lowest.reserveCapacity(limit + 1)
        for number in numbers {
            let rank = try rank(number)
            if lowest.count == limit {
                guard rank < lowest[limit - 1] else { continue }
                lowest.removeLast()
            }
            var low = 0
            var high = lowest.count
            while low < high {
                let middle = (low + high) / 2
                if lowest[middle] < rank { low = middle + 1 } else { high = middle }
            }
            lowest.insert(rank, at: low)
        }
        guard let last = lowest.last else { return [] }
        var kept: [UInt32] = []
        for number in numbers where try rank(number) <= last { kept.append(number) }
        return kept
    }

    // MARK: The answer

    /// Appends the values as JSON.
    func append(to output: inout ByteWriter) {
        output.append("[")
        for (index, value) in values.enumerated() { append(value, index, to: &output) { _ in } }
        output.append("]")
    }

    /// Appends sellers with their names.
    func append(_ names: UserNames, _ snapshot: borrowing ViewSnapshot, to output: inout ByteWriter) throws(LMDBError) {
        output.append("[")
        for (index, value) in values.enumerated() {
            try append(value, index, to: &output) { output throws(LMDBError) in
                output.append(",\"name\":")
                try names.append(value.number, from: snapshot, to: &output)
            }
        }
        output.append("]")
    }

    private func append<Failure: Error>(
        _ value: Value, _ index: Int, to output: inout ByteWriter,
        name: (inout ByteWriter) throws(Failure) -> Void
    ) throws(Failure) {
        output.append(index == 0 ? "{\"value\":" : ",{\"value\":")
        output.append(RawSpan(_unsafeBytes: value.json))
        try name(&output)
        output.append(",\"count\":")
        output.append(decimal: UInt64(value.count))
        output.append("}")
    }
}
