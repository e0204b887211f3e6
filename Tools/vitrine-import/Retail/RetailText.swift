import Marketplace

/// How fields of the file become texts and ids.
enum RetailText {
    static let idBytesMax = 64

    /// ASCII blanks around a field say nothing.
    static func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var field = field
        while let first = field.first, first.isBlank { field.removeFirst() }
        while let last = field.last, last.isBlank { field.removeLast() }
        return field
    }

    /// Text for people: white space around it removed, control characters as spaces, cut at `charactersMax`; nil when
    /// nothing is left. A field that is no UTF-8 is read as ISO 8859-1, the other encoding this file is published in.
    static func text(_ field: ArraySlice<UInt8>, charactersMax: Int) -> Text? {
        let decoded =
            String(validating: field, as: UTF8.self)
            ?? String(String.UnicodeScalarView(field.map { Unicode.Scalar($0) }))
        var scalars = decoded.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        scalars = scalars.prefix(charactersMax)
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return scalars.isEmpty ? nil : Text(String(String.UnicodeScalarView(scalars)))
    }

    /// Whether `field` is an id of the contract.
    static func isId(_ field: ArraySlice<UInt8>) -> Bool {
        guard let first = field.first, first.isLetterOrDigit, field.count <= idBytesMax else { return false }
        return field.allSatisfy(\.isIdByte)
    }

    /// The productId of a stock code: characters outside the id set become `_`, each one of them one. nil when that
    /// is no id or the code cannot be a sku.
    static func productId(ofStockCode code: ArraySlice<UInt8>) -> Text? {
        guard let text = String(validating: code, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return nil }
        let id = idBytes(of: text)
        return isId(id[...]) ? Text(utf8: id) : nil
    }

    /// A text with `_` for each character that no id has.
    static func idBytes(of text: String) -> [UInt8] {
        text.unicodeScalars.map { $0.isASCII && UInt8($0.value).isIdByte ? UInt8($0.value) : UInt8(ascii: "_") }
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == 32 || (self >= 9 && self <= 13) }

    var isLetterOrDigit: Bool {
        (self >= 48 && self <= 57) || (self >= 65 && self <= 90) || (self >= 97 && self <= 122)
    }

    fileprivate var isIdByte: Bool {
        isLetterOrDigit || self == 46 || self == 95 || self == 126 || self == 58 || self == 45  // . _ ~ : -
    }
}
