/// A JSON value, strictly parsed, for the few small documents that an import reads: problems.
indirect enum JSONValue: Equatable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order of the document; a repeated name makes the document bad.
    case object([String: JSONValue])

    init?(parsing bytes: [UInt8]) {
        var parser = Parser(bytes: bytes)
        guard let value = parser.value(depth: 0), parser.isAtEnd else { return nil }
        self = value
    }

    /// A member of an object.
    subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    private struct Parser {
        let bytes: [UInt8]
        var position = 0
        static let depthMax = 32

        init(bytes: [UInt8]) {
            self.bytes = bytes
            skipBlanks()
        }

        var isAtEnd: Bool { position == bytes.count }
        var next: UInt8? { isAtEnd ? nil : bytes[position] }

        mutating func skipBlanks() {
            while let byte = next, byte == 32 || byte == 9 || byte == 10 || byte == 13 { position += 1 }
        }

        /// Takes a token and the blanks behind it.
        mutating func take(_ token: StaticString) -> Bool {
            let isThere = token.withUTF8Buffer { bytes[position...].starts(with: $0) }
            if isThere {
                position += token.utf8CodeUnitCount
                skipBlanks()
            }
            return isThere
        }

        mutating func value(depth: Int) -> JSONValue? {
            guard depth < Self.depthMax, let byte = next else { return nil }
            switch byte {
            case UInt8(ascii: "{"): return object(depth: depth)
            case UInt8(ascii: "["): return array(depth: depth)
            case UInt8(ascii: "\""): return string().map { .string($0) }
            case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
            case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
            case UInt8(ascii: "n"): return take("null") ? .null : nil
            default: return number()
            }
        }

        private mutating func object(depth: Int) -> JSONValue? {
            var members: [String: JSONValue] = [:]
            guard take("{") else { return nil }
            if take("}") { return .object(members) }
            repeat {
                guard let name = string(), take(":"), let value = value(depth: depth + 1),
                    members.updateValue(value, forKey: name) == nil
                else { return nil }
            } while take(",")
            return take("}") ? .object(members) : nil
        }

        private mutating func array(depth: Int) -> JSONValue? {
            var elements: [JSONValue] = []
            guard take("[") else { return nil }
            if take("]") { return .array(elements) }
            repeat {
                guard let value = value(depth: depth + 1) else { return nil }
                elements.append(value)
            } while take(",")
            return take("]") ? .array(elements) : nil
        }

        private mutating func number() -> JSONValue? {
            let start = position
            if next == UInt8(ascii: "-") { position += 1 }
            let whole = digits()
            guard whole == 1 || (whole > 1 && bytes[position - whole] != UInt8(ascii: "0")) else { return nil }
            if next == UInt8(ascii: ".") {
                position += 1
                guard digits() > 0 else { return nil }
            }
            if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
                position += 1
                if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
                guard digits() > 0 else { return nil }
            }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            skipBlanks()
            return .number(text)
        }

        private mutating func digits() -> Int {
            let start = position
            while let byte = next, byte.decimalDigit != nil { position += 1 }
            return position - start
        }

        private mutating func string() -> String? {
            guard next == UInt8(ascii: "\"") else { return nil }
            position += 1
            var units: [UInt8] = []
            while let byte = next {
                position += 1
                switch byte {
                case UInt8(ascii: "\""):
                    skipBlanks()
                    return String(validating: units, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escaped = escape() else { return nil }
                    units += escaped
                case 0..<32: return nil
                default: units.append(byte)
                }
            }
            return nil
        }

        private mutating func escape() -> [UInt8]? {
            guard let byte = next else { return nil }
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
            case UInt8(ascii: "b"): return [8]
            case UInt8(ascii: "f"): return [12]
            case UInt8(ascii: "n"): return [10]
            case UInt8(ascii: "r"): return [13]
            case UInt8(ascii: "t"): return [9]
            case UInt8(ascii: "u"):
                guard let high = codeUnit() else { return nil }
                var units = [high]
                if high & 0xFC00 == 0xD800 {
                    guard bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { return nil }
                    position += 2
                    guard let low = codeUnit() else { return nil }
                    units.append(low)
                }
                return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
            default: return nil
            }
        }

        private mutating func codeUnit() -> UInt16? {
            guard position + 4 <= bytes.count else { return nil }
            let hex = bytes[position..<(position + 4)]
            guard hex.allSatisfy({ ($0 | 32 >= 97 && $0 | 32 <= 102) || $0.decimalDigit != nil }) else { return nil }
            position += 4
            return UInt16(String(decoding: hex, as: UTF8.self), radix: 16)
        }
    }
}
