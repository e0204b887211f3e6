/// Rewrites, in place, the numbers of a JSON text that no 64-bit integer or double can hold. Off the usual path.
enum NumberClamp {
    /// Integers become the largest or smallest 64-bit one. Fractions too large for a double become 0.5: no field takes a
    /// fraction, whatever its size. What is not a JSON number stays as it is, to be refused by the parser.
    static func apply(to text: inout [UInt8]) {
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""): index = endOfString(in: text, from: index)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                let number = Number(in: text, from: index)
                if let replacement = number.replacement { replace(number.range, with: replacement, in: &text) }
                index = number.range.upperBound
            default: index += 1
            }
        }
    }

    private static func endOfString(in text: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < text.count, text[index] != UInt8(ascii: "\"") {
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, text.count)
    }

    /// The rest of a longer token becomes white space.
    private static func replace(_ range: Range<Int>, with replacement: StaticString, in text: inout [UInt8]) {
        let bytes = replacement.withUTF8Buffer { [UInt8]($0) }
        for (offset, index) in range.enumerated() {
            text[index] = offset < bytes.count ? bytes[offset] : UInt8(ascii: " ")
        }
    }

    /// The longest run of bytes at a place that follows JSON's grammar of numbers.
    private struct Number {
        let range: Range<Int>
        /// Nothing for a number that fits or is none. A replacement is never longer than what it replaces.
        let replacement: StaticString?

        init(in text: [UInt8], from start: Int) {
            var index = start
            func digitRun() -> Range<Int> {
                let first = index
                while index < text.count, text[index] >= UInt8(ascii: "0"), text[index] <= UInt8(ascii: "9") {
                    index += 1
                }
                return first..<index
            }
            func skip(_ characters: StaticString) -> Bool {
                guard index < text.count, characters.withUTF8Buffer({ $0.contains(text[index]) }) else { return false }
                index += 1
                return true
            }
            let isNegative = skip("-")
            let digits = digitRun()
            var isNumber = digits.count == 1 || (digits.count > 1 && text[digits.lowerBound] != UInt8(ascii: "0"))
            var isFraction = false
            var isHuge = digits.count > 300
            if skip(".") {
                isFraction = true
                isNumber = !digitRun().isEmpty && isNumber
            }
            if skip("eE") {
                isFraction = true
                _ = skip("+-")
                let exponent = digitRun()
                isNumber = !exponent.isEmpty && isNumber
                isHuge = isHuge || exponent.count > 2
            }
            range = start..<max(index, start + 1)
            let limit: StaticString = isNegative ? "9223372036854775808" : "18446744073709551615"
            let isBeyond =
                digits.count > limit.utf8CodeUnitCount
                || (digits.count == limit.utf8CodeUnitCount
                    && limit.withUTF8Buffer { $0.lexicographicallyPrecedes(text[digits]) })
            replacement =
                switch (isNumber, isFraction) {
                case (false, _): nil
                case (true, true): isHuge ? "0.5" : nil
                case (true, false): isBeyond ? (isNegative ? "-9223372036854775808" : limit) : nil
                }
        }
    }
}
