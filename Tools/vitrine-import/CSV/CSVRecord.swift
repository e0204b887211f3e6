/// One record of a CSV file. It is filled again and again, so that reading a file allocates once.
struct CSVRecord {
    /// The fields' bytes one after another, without quotes and separators.
    var bytes: [UInt8] = []
    /// Where each field ends in `bytes`.
    var ends: [Int] = []
    /// The line in the file where the record starts, from 1.
    var line = 0
    /// Whether something other than a separator follows a closing quote.
    var hasStrayQuote = false
    /// Whether a field was quoted: tells an empty line from one empty field.
    var hasQuotedField = false

    var count: Int { ends.count }

    /// The bytes of field `index`, from 0.
    subscript(index: Int) -> ArraySlice<UInt8> { bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

    mutating func removeAll(line: Int) {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        (self.line, hasStrayQuote, hasQuotedField) = (line, false, false)
    }
}
