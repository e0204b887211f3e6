import HTTP
import Testing

@Suite struct EntityTagTests {
    @Test(arguments: [
        "\"ab\"", "*", "W/\"ab\"", "\"x\", \"ab\"", "\"ab\",\"x\"", "\"ab\" ,\t\"x\"", ",, \"ab\",,", "\"x\",W/\"ab\"",
        "\"\", \"ab\"", "\"a,b\", \"ab\"", "\"\u{E9}\", \"ab\"",
    ])
    func listsNameTheirTags(list: String) { #expect(namesTag(list)) }

    @Test(arguments: [
        "", ",", "\"x\"", "w/\"ab\"", "W\"ab\"", "W /\"ab\"", "W/ \"ab\"", "\"a,\"\"ab\"", "\"x\"\"ab\"",
        "\"ab\" \"x\"",
        "\"ab\"x", "ab", "\"ab", "ab\"", "\"ab\", *", "*, \"ab\"", "*,*", "\"ab\", x", "\"ab\", \"x", "\"ab\", w/\"x\"",
        "\"a b\", \"ab\"", "\"\u{7F}\", \"ab\"", "\"AB\"", "\"abc\"", "\"a\"", "\"ab\";", "W/W/\"ab\"", "W/", "W", "\"",
        "\"x\\\"ab\"",
    ])
    func otherAndMalformedListsDoNot(list: String) { #expect(!namesTag(list)) }

    private func namesTag(_ list: String) -> Bool {
        let (list, tag) = (Array(list.utf8), Array("\"ab\"".utf8))
        return EntityTags.list(list.span.bytes, names: tag.span.bytes)
    }
}
