import JSON

extension Timestamp {
    /// Reads an InvoiceDate as UTC: `2010-12-01 08:26:00` with or without seconds, or UCI's own spelling, month first:
    /// `12/1/2010 8:26`.
    init?(invoiceDate text: ArraySlice<UInt8>) {
        let parts = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let time = parts[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard time.count == 2 || time.count == 3 else { return nil }
        let usDay = parts[0].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let hyphen = UInt8(ascii: "-")
        var iso: [UInt8] = []
        if usDay.count == 3 {
            guard usDay[2].count == 4, let month = usDay[0].twoDigits, let day = usDay[1].twoDigits else { return nil }
            iso += usDay[2]
            iso += [hyphen] + month
            iso += [hyphen] + day
        } else {
            iso += parts[0]
        }
        for (index, part) in time.enumerated() {
            guard let digits = part.twoDigits else { return nil }
            iso.append(index == 0 ? UInt8(ascii: "T") : UInt8(ascii: ":"))
            iso += digits
        }
        if time.count == 2 { iso += [58, 48, 48] }
        iso.append(UInt8(ascii: "Z"))
        self.init(rfc3339: iso.span.bytes)
    }
}

/// What an InvoiceDate with slashes says of the order in which its file has day and month.
enum DayOrder {
    /// Such as `13/12/2010`: there is no 13th month.
    case dayFirst
    /// Such as `12/13/2010`.
    case monthFirst

    /// nil for a date that could be either, or is neither.
    init?(invoiceDate text: ArraySlice<UInt8>) {
        let parts = text.prefix { $0 != UInt8(ascii: " ") }.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 3, let first = Int(String(decoding: parts[0], as: UTF8.self)),
            let second = Int(String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        switch (first, second) {
        case (13...31, 1...12): self = .dayFirst
        case (1...12, 13...31): self = .monthFirst
        default: return nil
        }
    }
}

extension ArraySlice<UInt8> {
    /// One or two bytes, padded to two with a zero.
    fileprivate var twoDigits: [UInt8]? {
        switch count {
        case 1: [UInt8(ascii: "0")] + self
        case 2: [UInt8](self)
        default: nil
        }
    }
}
