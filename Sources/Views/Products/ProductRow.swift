import JSON
import Marketplace

/// A product's card as the views keep it: the numbers that lists and updates need, then the card's JSON.
///
/// The JSON is whole but for one gap, the seller's name, which is spliced in when the card is read: a seller's new name
/// costs one row, however many products it has.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | number of the seller |
/// | 8 | 8 | number of the category |
/// | 16 | 8 | price, minor units |
/// | 24 | 8 | units available |
/// | 32 | 8 | units sold |
/// | 40 | 8 | added at, milliseconds |
/// | 48 | 8 | updated at, milliseconds |
/// | 56 | 4 | version: how many events had this product as their subject |
/// | 60 | 1 | 0 listed, 1 discontinued |
/// | 61 | 1 | description: 0 none, 1 at the end of this row, 2 a row of its own |
/// | 62 | 16 | eight offsets into the JSON: title, end of title, image, end of image, category, end of category, splice, end |
/// | 78 | 8 | sum of all ratings |
/// | 86 | 8 | number of ratings |
/// | 94 | | the card's JSON |
/// | … | | the description as JSON, if it is here |
public struct ProductRow {
    var sellerNumber: UInt64
    var categoryNumber: UInt64
    var price: Amount
    var available: Int64
    var sold: Int64 = 0
    var ratingSum: Int64 = 0
    var ratingCount: Int64 = 0
    var addedAt: Timestamp
    var updatedAt: Timestamp
    var version: UInt32 = 1
    var isDiscontinued = false
    /// `{"productId":…,"sku":…,"title":`
    var headJSON: [UInt8]
    var titleJSON: [UInt8]
    var imageJSON: [UInt8]
    var categoryJSON: [UInt8]
    /// `,"seller":{"userId":…,"name":`
    var sellerJSON: [UInt8]
    var description = Description.none

    enum Description: Equatable {
        case none
        /// As JSON, here.
        case short([UInt8])
        /// In `product-descriptions`.
        case long

        /// Most products have a short one, and GetProduct then reads one row less. A long one would make every change of the
        /// card dearer.
        static let shortBytesMax = 256
    }

    static let headerBytes = 94

    init(_ event: ProductAdded, sellerNumber: UInt64, categoryNumber: UInt64, at time: Timestamp) {
        self.sellerNumber = sellerNumber
        self.categoryNumber = categoryNumber
        price = event.price
        available = event.stock
        addedAt = time
        updatedAt = time
        var json = ByteWriter(capacity: 128)
        json.append("{\"productId\":")
        json.append(jsonString: event.productId.utf8)
        json.append(",\"sku\":")
        json.append(jsonString: event.sku.utf8)
        json.append(",\"title\":")
        headJSON = json.copyBytes()
        titleJSON = UserRow.json(event.title)
        imageJSON = UserRow.json(event.imageUrl)
        categoryJSON = UserRow.json(event.category)
        json.removeAll()
        json.append(",\"seller\":{\"userId\":")
        json.append(jsonString: event.sellerId.utf8)
        json.append(",\"name\":")
        sellerJSON = json.copyBytes()
    }

    init(_ row: RawSpan) {
        sellerNumber = row.field(0, as: UInt64.self)
        categoryNumber = row.field(8, as: UInt64.self)
        price = row.field(16, as: Int64.self)
        available = row.field(24, as: Int64.self)
        sold = row.field(32, as: Int64.self)
        addedAt = Timestamp(milliseconds: row.field(40, as: Int64.self))
        updatedAt = Timestamp(milliseconds: row.field(48, as: Int64.self))
        version = row.field(56, as: UInt32.self)
        isDiscontinued = row.field(60, as: UInt8.self) == 1
        ratingSum = row.field(78, as: Int64.self)
        ratingCount = row.field(86, as: Int64.self)
        func part(_ start: Int, _ end: Int) -> [UInt8] {
            row.extracting((ProductRow.headerBytes + start)..<(ProductRow.headerBytes + end)).copy()
        }
        func offset(_ index: Int) -> Int { Int(row.field(62 + 2 * index, as: UInt16.self)) }
        headJSON = part(0, offset(0))
        titleJSON = part(offset(0), offset(1))
        imageJSON = part(offset(2), offset(3))
        categoryJSON = part(offset(4), offset(5))
        sellerJSON = part(offset(5), offset(6))
        description =
            switch row.field(61, as: UInt8.self) {
            case 1: .short(part(offset(7), row.byteCount - ProductRow.headerBytes))
            case 2: .long
            default: .none
            }
    }

    /// The average of all ratings in tenths of a star, half up, as the card shows it; nil when there are none.
    var ratingTenths: Int64? {
        guard ratingCount > 0 else { return nil }
        // Wrapping: a rating is at most 5, and there are not as many reviews as would make this overflow.
        return (ratingSum &* 20 &+ ratingCount) / (ratingCount &* 2)
    }

    func encode(_ currency: Currency) -> ByteWriter {
        var json = ByteWriter(capacity: 512)
        var offsets: [Int] = []
        json.append(headJSON)
        offsets.append(json.count)
        json.append(titleJSON)
        offsets.append(json.count)
        json.append(",\"price\":")
        json.append(money: price, currency)
        json.append(",\"rating\":{\"average\":")
        if let ratingTenths {
            json.append(decimal: ratingTenths / 10)
            json.append(".")
            json.append(decimal: ratingTenths % 10)
        } else {
            json.append("null")
        }
        json.append(",\"count\":")
        json.append(decimal: ratingCount)
        json.append("},\"imageUrl\":")
        offsets.append(json.count)
        json.append(imageJSON)
        offsets.append(json.count)
        json.append(",\"category\":")
        offsets.append(json.count)
        json.append(categoryJSON)
        offsets.append(json.count)
        json.append(sellerJSON)
        offsets.append(json.count)
        json.append("},\"available\":")
        json.append(decimal: available)
        json.append(",\"sold\":")
        json.append(decimal: sold)
        json.append(",\"addedAt\":\"")
        json.append(addedAt)
        json.append("\"}")
        offsets.append(json.count)
        var place: UInt8 = 0
        switch description {
        case .none: break
        case .short(let description):
            json.append(description)
            place = 1
        case .long: place = 2
        }

        var row = ByteWriter(capacity: ProductRow.headerBytes + json.count)
        row.append(littleEndian: sellerNumber)
        row.append(littleEndian: categoryNumber)
        row.append(littleEndian: price)
        row.append(littleEndian: available)
        row.append(littleEndian: sold)
        row.append(littleEndian: addedAt.milliseconds)
        row.append(littleEndian: updatedAt.milliseconds)
        row.append(littleEndian: version)
        row.append(byte: isDiscontinued ? 1 : 0)
        row.append(byte: place)
        // Titles, images and categories are bounded by the contract, so a card's JSON is far below 64 KiB.
        for offset in offsets { row.append(littleEndian: UInt16(offset)) }
        row.append(littleEndian: ratingSum)
        row.append(littleEndian: ratingCount)
        row.append(json.bytes)
        return row
    }
}

/// An encoded product row, read in place.
struct EncodedProduct: ~Escapable {
    let row: RawSpan

    @_lifetime(copy row)
    init(_ row: RawSpan) { self.row = row }

    var sellerNumber: UInt64 { row.field(0, as: UInt64.self) }
    var updatedAt: Timestamp { Timestamp(milliseconds: row.field(48, as: Int64.self)) }
    var version: UInt32 { row.field(56, as: UInt32.self) }
    var isDiscontinued: Bool { row.field(60, as: UInt8.self) == 1 }
    private var splice: Int { ProductRow.headerBytes + Int(row.field(74, as: UInt16.self)) }
    private var cardEnd: Int { ProductRow.headerBytes + Int(row.field(76, as: UInt16.self)) }

    /// The card up to the seller's name.
    var beforeName: RawSpan {
        @_lifetime(copy self) get { row.extracting(ProductRow.headerBytes..<splice) }
    }

    /// The card from behind the seller's name to its closing brace.
    var afterName: RawSpan {
        @_lifetime(copy self) get { row.extracting(splice..<cardEnd) }
    }

    /// Whether this is the product with that id, which stands first in the card and, being an id, as it is. What is asked for may
    /// be any text: what stands behind the id can stand in no text of the card.
    func isCard(of productId: RawSpan) -> Bool {
        let start = ProductRow.headerBytes + EncodedProduct.beforeId.utf8CodeUnitCount
        let end = start + productId.byteCount
        let next = end + EncodedProduct.behindId.utf8CodeUnitCount
        return next <= cardEnd && row.extracting(end..<next).equals(EncodedProduct.behindId)
            && row.extracting(start..<end).hasSameBytes(as: productId)
    }

    private static let beforeId: StaticString = "{\"productId\":\""
    private static let behindId: StaticString = "\",\"sku\":\""

    /// Whether the description has a row of its own.
    var hasLongDescription: Bool { row.field(61, as: UInt8.self) == 2 }

    /// The description as JSON, if it is here; empty otherwise.
    var shortDescription: RawSpan {
        @_lifetime(copy self) get { row.extracting(cardEnd..<row.byteCount) }
    }
}
