import JSON
import Marketplace

/// How decision state stands in `decisions/`: fixed fields, then texts behind their length. All little endian.
///
/// | row | fields in order |
/// |---|---|
/// | user | role (1), name (text), email (optional fingerprint), country (optional text) |
/// | product | discontinued (1), price (8), stock (8), seller, sku, title, category (texts), description, image (optional fingerprints), last list's stock (optional, 8) |
/// | order | status (1), number of products (2), for each: id (text), units that a cancellation returns (8) |
/// | review | rating (1), text (optional fingerprint) |
/// | command | hash (16), position (8), subject (text), event type (text, empty when nothing changed) |
///
/// A text is its length (2) and its bytes; an optional one begins with 0 or 1.
struct StateReader: ~Escapable {
    private let row: RawSpan
    private var offset = 0

    @_lifetime(copy row)
    init(_ row: RawSpan) { self.row = row }

    @_lifetime(self: copy self)
    mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type) -> Integer {
        let size = MemoryLayout<Integer>.size
        precondition(offset + size <= row.byteCount, "decision row too short")
        defer { offset += size }
        return Integer(littleEndian: unsafe row.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: type))
    }

    @_lifetime(self: copy self)
    mutating func text() -> Text {
        let length = Int(integer(UInt16.self))
        precondition(offset + length <= row.byteCount, "decision row too short")
        defer { offset += length }
        return Text(row.extracting(offset..<offset + length))
    }

    @_lifetime(self: copy self)
    mutating func fingerprint() -> Fingerprint {
        let high = integer(UInt64.self)
        return Fingerprint(high: high, low: integer(UInt64.self))
    }

    @_lifetime(self: copy self)
    mutating func optionalText() -> Text? { integer(UInt8.self) == 1 ? text() : nil }

    @_lifetime(self: copy self)
    mutating func optionalFingerprint() -> Fingerprint? { integer(UInt8.self) == 1 ? fingerprint() : nil }
}

extension ByteWriter {
    mutating func append(state text: Text) {
        // Every text of a command is bounded far below 64 KiB.
        append(littleEndian: UInt16(text.utf8.count))
        append(text.utf8)
    }

    mutating func append(state text: Text?) {
        append(byte: text == nil ? 0 : 1)
        if let text { append(state: text) }
    }

    mutating func append(state fingerprint: Fingerprint) {
        append(littleEndian: fingerprint.high)
        append(littleEndian: fingerprint.low)
    }

    mutating func append(state fingerprint: Fingerprint?) {
        append(byte: fingerprint == nil ? 0 : 1)
        if let fingerprint { append(state: fingerprint) }
    }
}

extension UserState {
    init(row: RawSpan) {
        var reader = StateReader(row)
        let role: Role = reader.integer(UInt8.self) == Role.seller.rawValue ? .seller : .customer
        self.init(
            role: role, name: reader.text(), email: reader.optionalFingerprint(), country: reader.optionalText())
    }

    func encode(into row: inout ByteWriter) {
        row.append(byte: role.rawValue)
        row.append(state: name)
        row.append(state: email)
        row.append(state: country)
    }
}

extension ProductState {
    init(row: RawSpan) {
        var reader = StateReader(row)
        let isDiscontinued = reader.integer(UInt8.self) == 1
        let price = reader.integer(Int64.self)
        let stock = reader.integer(Int64.self)
        self.init(
            sellerId: reader.text(), sku: reader.text(), title: reader.text(), category: reader.text(),
            description: reader.optionalFingerprint(), imageUrl: reader.optionalFingerprint(), price: price,
            stock: stock, isDiscontinued: isDiscontinued)
        listStock = reader.integer(UInt8.self) == 1 ? reader.integer(Int64.self) : nil
    }

    func encode(into row: inout ByteWriter) {
        row.append(byte: isDiscontinued ? 1 : 0)
        row.append(littleEndian: price)
        row.append(littleEndian: stock)
        row.append(state: sellerId)
        row.append(state: sku)
        row.append(state: title)
        row.append(state: category)
        row.append(state: description)
        row.append(state: imageUrl)
        row.append(byte: listStock == nil ? 0 : 1)
        if let listStock { row.append(littleEndian: listStock) }
    }
}

extension OrderState {
    init(row: RawSpan) {
        var reader = StateReader(row)
        self.init(status: OrderStatus(rawValue: reader.integer(UInt8.self)) ?? .created)
        for _ in 0..<reader.integer(UInt16.self) {
            reserved.append(ProductUnits(productId: reader.text(), quantity: reader.integer(Int64.self)))
        }
    }

    func encode(into row: inout ByteWriter) {
        row.append(byte: status.rawValue)
        // An order has at most 1,000 lines.
        row.append(littleEndian: UInt16(reserved.count))
        for units in reserved {
            row.append(state: units.productId)
            row.append(littleEndian: units.quantity)
        }
    }
}

extension ReviewState {
    init(row: RawSpan) {
        var reader = StateReader(row)
        self.init(rating: Int64(reader.integer(UInt8.self)), text: reader.optionalFingerprint())
    }

    func encode(into row: inout ByteWriter) {
        row.append(byte: UInt8(rating))
        row.append(state: text)
    }
}

/// An accepted command as its idempotency key remembers it.
struct RememberedCommand: Equatable, Sendable {
    var hash: Fingerprint
    /// Of the command's last event; the log's end of then when it changed nothing.
    var position: UInt64
    var subject: Text
    /// Nil when it changed nothing.
    var eventType: Text?

    init(hash: Fingerprint, position: UInt64, subject: Text, eventType: Text?) {
        (self.hash, self.position, self.subject, self.eventType) = (hash, position, subject, eventType)
    }

    init(row: RawSpan) {
        var reader = StateReader(row)
        hash = reader.fingerprint()
        position = reader.integer(UInt64.self)
        subject = reader.text()
        let type = reader.text()
        eventType = type.isEmpty ? nil : type
    }

    func encode(into row: inout ByteWriter) {
        row.append(state: hash)
        row.append(littleEndian: position)
        row.append(state: subject)
        row.append(state: eventType ?? Text(utf8: []))
    }
}
