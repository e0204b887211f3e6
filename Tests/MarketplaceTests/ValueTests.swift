import JSON
import Marketplace
import Testing

@Suite struct ValueTests {
    @Test func aUUIDv7HoldsItsTimeVersionAndVariant() {
        // The example of RFC 9562, appendix A.6.
        let example = UUIDv7.make(milliseconds: 0x017F_22E2_79B0, random: (0xCC3, 0x18C4_DC0C_0C07_398F << 2))
        #expect(example == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(UUIDv7.make(milliseconds: 0, random: (.max, .max)) == "00000000-0000-7fff-bfff-ffffffffffff")
        #expect(UUIDv7.make(milliseconds: 1, random: (0, 0)) == "00000000-0001-7000-8000-000000000000")
    }

    @Test func aCurrencyIsThreeCapitals() {
        #expect(Currency("GBP")?.description == "GBP")
        #expect(Currency("GBP") != Currency("EUR"))
        for code in ["", "GB", "GBPX", "gbp", "G1P", "£££"] { #expect(Currency(code) == nil) }
    }

    @Test func aFingerprintIsReadBackFromItsDigits() {
        let fingerprint = Fingerprint(of: "text" as Text)
        var writer = ByteWriter()
        writer.append(fingerprint)
        let digits = writer.copyBytes()
        #expect(digits.count == 32)
        let read = Fingerprint(hexadecimal: digits.span.bytes)
        #expect(read == fingerprint)
        let capitals = Array("0123456789ABCDEF0123456789abcdef".utf8)
        let refused = Fingerprint(hexadecimal: capitals.span.bytes)
        #expect(refused == nil)
    }

    @Test func namesOfRolesAndStatesAreReadBack() {
        for role in Role.allCases {
            let name = Array("\(role.name)".utf8)
            let read = Role(name: name.span.bytes)
            #expect(read == role)
        }
        for status in OrderStatus.allCases {
            let name = Array("\(status.name)".utf8)
            let read = OrderStatus(name: name.span.bytes)
            #expect(read == status)
        }
    }
}
