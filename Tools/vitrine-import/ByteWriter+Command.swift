import JSON
import Marketplace

/// The pieces that command bodies are written from. Names are literals of the contract and need no escaping.
extension ByteWriter {
    /// `"name":"…"`, with a comma before it unless it is the object's first.
    mutating func field(_ name: StaticString, _ value: Text) {
        fieldName(name)
        append(jsonString: value.utf8)
    }

    mutating func field(_ name: StaticString, _ value: String) {
        fieldName(name)
        append(jsonString: value)
    }

    mutating func field(_ name: StaticString, _ value: Int64) {
        fieldName(name)
        append(decimal: value)
    }

    mutating func field(_ name: StaticString, _ time: Timestamp) {
        fieldName(name)
        append("\"")
        append(time)
        append("\"")
    }

    mutating func field(_ name: StaticString, money amount: Amount, _ currency: Currency) {
        fieldName(name)
        append(money: amount, currency)
    }

    mutating func fieldName(_ name: StaticString) {
        if !endsInOpening { append(",") }
        append("\"")
        append(name)
        append("\":")
    }

    /// Whether the last byte opens an object or array, so that no comma is due.
    private var endsInOpening: Bool {
        let bytes = bytes
        guard bytes.byteCount > 0 else { return true }
        let last = bytes.unsafeLoad(fromByteOffset: bytes.byteCount - 1, as: UInt8.self)
        return last == UInt8(ascii: "{") || last == UInt8(ascii: "[")
    }
}

/// A command whose body is the object that `fields` writes.
func make(
    _ name: String, _ key: String?, tag: Int? = nil, thing: Int? = nil, _ fields: (inout ByteWriter) -> Void
) -> ImportCommand {
    var body = ByteWriter(capacity: 512)
    body.append("{")
    fields(&body)
    body.append("}")
    return ImportCommand(name: name, idempotencyKey: key, body: body.copyBytes(), tag: tag, thing: thing)
}
