import JSON
import LMDB

/// Things that share rows of sales.
struct SalesChunk {
    /// As in the keys of the rows.
    var index: UInt32
    /// None of them brought in more, over all time and so over any; all that there can be where rows do not say.
    var revenueMax: Int128
}

extension ViewSnapshot {
    /// The chunks, of so many things, that sold anything, those first that can hold what brought in the most.
    func salesChunks(_ kind: SalesKey.Kind, entries: UInt32) throws(LMDBError) -> [SalesChunk] {
        // Whatever has a row for some period is in one for all time, whose chunks may be smaller.
        let rows = entries / SalesKey.chunkEntries(kind, .all)
        var chunks: [SalesChunk] = []
        var cursor = try cursor(.sales)
        var key = ByteWriter(capacity: 16)
        SalesKey(kind, .all, chunk: 0, .min).append(to: &key)
        var isFound = try cursor.seek(key.bytes)
        while isFound {
            let place = SalesKey(cursor.key)
            guard place.kind == kind, place.period == .all else { break }
            guard budget.spend(ReadCost.salesRow_ns) else { return [] }
            let revenueMax = place.isRanked ? SalesRowReader.highestRevenue(cursor.value) : .max
            if let last = chunks.last, last.index == place.chunk / rows {
                chunks[chunks.count - 1].revenueMax = max(last.revenueMax, revenueMax)
            } else {
                chunks.append(SalesChunk(index: place.chunk / rows, revenueMax: revenueMax))
            }
            isFound = try cursor.next()
        }
        chunks.sort { $0.revenueMax > $1.revenueMax }
        return chunks
    }
}
