/// A value of a file as a message shows it: `'few'`. What does not show is spelled, and a long value is cut.
struct Quoted: CustomStringConvertible {
    private static let charactersMax = 40

    let description: String

    init(_ value: some Sequence<UInt8>) {
        let scalars = String(decoding: Array(value), as: UTF8.self).unicodeScalars
        var text = ""
        for scalar in scalars.prefix(Self.charactersMax) {
            guard scalar.properties.generalCategory == .control else {
                text.unicodeScalars.append(scalar)
                continue
            }
            text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
        description = "'\(text)\(scalars.count > Self.charactersMax ? "…" : "")'"
    }
}
