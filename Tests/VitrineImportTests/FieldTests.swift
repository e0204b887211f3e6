import JSON
import Marketplace
import Testing

@testable import vitrine_import

/// How single fields are read.
@Suite struct FieldTests {
    @Test(arguments: [
        ("2.55", 255), ("2.5", 250), ("3", 300), ("0.01", 1), ("2.550", 255), ("007.10", 710), (".5", 50), ("4.", 400),
        ("999999999999.99", 99_999_999_999_999), ("-11062.06", -1_106_206), ("0", 0), ("0.1", 10), ("0.29", 29),
    ])
    func pricesAreExact(text: String, amount: Int64) throws {
        let price = try #require(MinorUnits(decimal: ArraySlice(text.utf8), digits: 2))
        #expect(price.amount == amount)
        #expect(!price.isRounded)
        #expect(price.isPositive == (amount > 0))
    }

    @Test(arguments: [("1.255", 126), ("1.2549", 125), ("1.005", 101), ("0.0149", 1)])
    func partsOfAMinorUnitAreRoundedHalfUp(text: String, amount: Int64) throws {
        let price = try #require(MinorUnits(decimal: ArraySlice(text.utf8), digits: 2))
        #expect(price.amount == amount)
        #expect(price.isRounded)
        #expect(price.isPositive)
    }

    @Test(arguments: [
        ("1200", 0, 1_200, false), ("1200.00", 0, 1_200, false), ("2.55", 0, 3, true), ("2.49", 0, 2, true),
        ("2.5", 3, 2_500, false), ("2.5555", 3, 2_556, true), ("0.001", 3, 1, false), ("3", 4, 30_000, false),
    ])
    func pricesHaveTheirCurrencysDecimals(text: String, digits: Int, amount: Int64, isRounded: Bool) throws {
        let price = try #require(MinorUnits(decimal: ArraySlice(text.utf8), digits: digits))
        #expect(price.amount == amount)
        #expect(price.isRounded == isRounded)
        #expect(price.isPositive)
    }

    @Test(arguments: [
        ("JPY", 1_234_567, "1,234,567"), ("GBP", 1_234_567, "12,345.67"), ("KWD", 1_005, "1.005"), ("GBP", 5, "0.05"),
    ])
    func amountsAreWrittenInWholeUnits(currency: String, amount: Int64, text: String) throws {
        #expect(try #require(Currency(currency)).decimal(amount) == text)
    }

    @Test(arguments: [
        ("13/12/2010 8:26", DayOrder.dayFirst), ("12/13/2010 8:26", .monthFirst), ("31/1/2010", .dayFirst),
    ])
    func datesTellDayFromMonth(text: String, order: DayOrder) {
        #expect(DayOrder(invoiceDate: ArraySlice(text.utf8)) == order)
    }

    @Test(arguments: ["12/12/2010 8:26", "2010-12-13 08:26", "32/1/2010 8:26", "13/13/2010 8:26", "", "a/b/c"])
    func datesThatCouldBeEitherTellNothing(text: String) {
        #expect(DayOrder(invoiceDate: ArraySlice(text.utf8)) == nil)
    }

    @Test(arguments: ["0", "0.00", "0.001", "0.009", "0.00999", "-1", "-0.01"])
    func pricesBelowAMinorUnitAreNotPositive(text: String) throws {
        #expect(try !#require(MinorUnits(decimal: ArraySlice(text.utf8), digits: 2)).isPositive)
    }

    @Test(arguments: ["", ".", "-", "1,5", "1e3", "£2", "1.2.3", "1234567890123", "2.5 ", "nan"])
    func whatIsNoPriceIsRefused(text: String) {
        #expect(MinorUnits(decimal: ArraySlice(text.utf8), digits: 2) == nil)
    }

    @Test(arguments: [
        ("2010-12-01 08:26:00", "2010-12-01T08:26:00.000Z"), ("2010-12-01 08:26", "2010-12-01T08:26:00.000Z"),
        ("12/1/2010 8:26", "2010-12-01T08:26:00.000Z"), ("2/29/2012 23:59:59", "2012-02-29T23:59:59.000Z"),
    ])
    func invoiceDatesAreReadAsUTC(text: String, written: String) throws {
        let time = try #require(Timestamp(invoiceDate: ArraySlice(text.utf8)))
        var writer = ByteWriter()
        writer.append(time)
        #expect(String(decoding: writer.copyBytes(), as: UTF8.self) == written)
    }

    @Test(arguments: [
        "", "2010-12-01", "2010-13-01 08:26:00", "13/1/2010 8:26", "1/1/10 8:26", "2010-12-01 8:2:3:4", "x y",
    ])
    func whatIsNoInvoiceDateIsRefused(text: String) {
        #expect(Timestamp(invoiceDate: ArraySlice(text.utf8)) == nil)
    }

    @Test(arguments: [
        ("85123A", "85123A"), ("BANK CHARGES", "BANK_CHARGES"), ("gift_0001_10", "gift_0001_10"), ("A/B&C", "A_B_C"),
        ("PADS£", "PADS_"),
    ])
    func stockCodesBecomeProductIds(code: String, id: String) {
        #expect(RetailText.productId(ofStockCode: ArraySlice(code.utf8))?.description == id)
    }

    @Test(arguments: ["", " A", "/A", "_A", "A\u{1}", String(repeating: "A", count: 65)])
    func stockCodesThatGiveNoIdAreRefused(code: String) {
        #expect(RetailText.productId(ofStockCode: ArraySlice(code.utf8)) == nil)
    }

    @Test func valuesAreShownWithWhatDoesNotShow() {
        #expect("\(Quoted("a\u{99}b\t".utf8))" == #"'a\u{99}b\u{9}'"#)
        #expect("\(Quoted(String(repeating: "é", count: 41).utf8))" == "'\(String(repeating: "é", count: 40))…'")
    }

    @Test func textIsTrimmedCutAndFreeOfControlCharacters() {
        func text(_ bytes: [UInt8], _ length: Int = 200) -> String? {
            RetailText.text(bytes[...], charactersMax: length)?.description
        }
        #expect(text(Array(" \u{A0}RED  MUG\t".utf8)) == "RED  MUG")
        #expect(text(Array("A\nB\u{7F}".utf8)) == "A B")
        #expect(text(Array(" \t".utf8)) == nil)
        #expect(text(Array("ÄÖÜ X".utf8), 4) == "ÄÖÜ")
        // ISO 8859-1, the other encoding the file is published in.
        #expect(text([0xA3, 0x31, 0x30]) == "£10")
    }
}
