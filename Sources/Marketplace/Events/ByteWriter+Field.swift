import JSON

extension ByteWriter {
    /// A member with what stands before its value, such as `,"title":`.
    mutating func append(field name: StaticString, _ text: Text) {
        append(name)
        append(jsonString: text.utf8)
    }

    /// Nothing when there is no text.
    mutating func append(field name: StaticString, _ text: Text?) {
        if let text { append(field: name, text) }
    }

    /// Nothing when there is no number.
    mutating func append(field name: StaticString, _ integer: Int64?) {
        guard let integer else { return }
        append(name)
        append(decimal: integer)
    }

    /// `null` for a field that is cleared, nothing for one that stays.
    mutating func append(field name: StaticString, _ change: Change<Text>) {
        switch change {
        case .keep: break
        case .clear:
            append(name)
            append("null")
        case .set(let text): append(field: name, text)
        }
    }
}
