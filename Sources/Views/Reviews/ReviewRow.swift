import JSON
import Marketplace

/// A review as the views keep it, whole but for the customer's name, which is spliced in when it is read.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | number of the customer |
/// | 8 | 8 | when it was given, milliseconds |
/// | 16 | 1 | rating |
/// | 17 | 1 | zero |
/// | 18 | 2 | offset of the splice into the JSON |
/// | 20 | | the review's JSON |
struct ReviewRow {
    static let headerBytes = 20

    static func encode(_ event: ProductReviewed, customerNumber: UInt64, at time: Timestamp) -> ByteWriter {
        var json = ByteWriter(capacity: 128 + (event.text?.utf8.count ?? 0))
        json.append("{\"customer\":{\"userId\":")
        json.append(jsonString: event.customerId.utf8)
        json.append(",\"name\":")
        let splice = json.count
        json.append("},\"rating\":")
        json.append(decimal: event.rating)
        json.append(",\"text\":")
        json.append(UserRow.json(event.text))
        json.append(",\"at\":\"")
        json.append(time)
        json.append("\"}")

        var row = ByteWriter(capacity: headerBytes + json.count)
        row.append(littleEndian: customerNumber)
        row.append(littleEndian: time.milliseconds)
        row.append(byte: UInt8(event.rating))
        row.append(byte: 0)
        // Ids are short, so the splice is near the beginning.
        row.append(littleEndian: UInt16(splice))
        row.append(json.bytes)
        return row
    }
}

/// An encoded review row, read in place.
struct EncodedReview: ~Escapable {
    let row: RawSpan

    @_lifetime(copy row)
    init(_ row: RawSpan) { self.row = row }

    var customerNumber: UInt64 { row.field(0, as: UInt64.self) }
    var time: Timestamp { Timestamp(milliseconds: row.field(8, as: Int64.self)) }
    var rating: Int64 { Int64(row.field(16, as: UInt8.self)) }
    private var splice: Int { ReviewRow.headerBytes + Int(row.field(18, as: UInt16.self)) }

    var beforeName: RawSpan {
        @_lifetime(copy self) get { row.extracting(ReviewRow.headerBytes..<splice) }
    }

    var afterName: RawSpan {
        @_lifetime(copy self) get { row.extracting(splice..<row.byteCount) }
    }
}
