import ArgumentParser

public enum Arguments {
    /// `--loops -1` as `--loops=-1`: with the value apart the parser takes it for an option and calls the value missing.
    static func joiningNegativeNumbers(_ words: [String]) -> [String] {
        var joined: [String] = []
        for (index, word) in words.enumerated() {
            if word == "--" { return joined + words[index...] }
            let isNumber = word.hasPrefix("-") && word.dropFirst().first?.isNumber == true
            if isNumber, let name = joined.last, name.hasPrefix("--"), !name.contains("=") {
                joined[joined.count - 1] = "\(name)=\(word)"
            } else {
                joined.append(word)
            }
        }
        return joined
    }

    /// Reads a whole number within `bounds`, or says what was expected. For the `transform` of an option.
    public static func number<Number: FixedWidthInteger & Sendable>(
        _ bounds: ClosedRange<Number>
    ) -> @Sendable (String) throws -> Number {
        { text in
            guard let number = Number(text), bounds.contains(number) else {
                throw ValidationError("give a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
            }
            return number
        }
    }
}
