import Marketplace

/// A price as people write it, such as `19.99`, in minor units. No floating point ever holds money.
enum DecimalPrice {
    private static let digitsMax = 15

    /// nil for what is no decimal number, or has more decimals than there are minor `digits`: a list's prices are not
    /// rounded behind its owner's back. Zeros beyond are fine.
    static func minorUnits(_ text: ArraySlice<UInt8>, digits: Int) -> Amount? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first else { return nil }
        var decimals = parts.count == 2 ? parts[1] : []
        guard !whole.isEmpty || !decimals.isEmpty else { return nil }
        while decimals.count > digits, decimals.last == UInt8(ascii: "0") { decimals.removeLast() }
        guard decimals.count <= digits, whole.count <= digitsMax else { return nil }
        var amount: Amount = 0
        for byte in whole + decimals + [UInt8](repeating: 48, count: digits - decimals.count) {
            guard let digit = byte.decimalDigit else { return nil }
            let (tens, isTooLarge) = amount.multipliedReportingOverflow(by: 10)
            guard !isTooLarge, tens <= .max - digit else { return nil }
            amount = tens + digit
        }
        return amount
    }
}

extension Currency {
    /// An amount in whole units: `1,234.50`.
    func decimal(_ amount: Amount) -> String {
        guard minorDigits > 0 else { return amount.grouped }
        let unit = (0..<minorDigits).reduce(1 as Amount) { unit, _ in unit * 10 }
        let minor = String(amount % unit)
        return "\((amount / unit).grouped).\(String(repeating: "0", count: minorDigits - minor.count))\(minor)"
    }

    /// Digits behind the point when an amount is written in whole units (ISO 4217).
    var minorDigits: Int {
        switch description {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
            "XOF",
            "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        case "CLF", "UYW": 4
        default: 2
        }
    }
}
