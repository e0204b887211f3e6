import JSON
import Marketplace

/// Decodes a command from JSON as a server would, with ids `made-1`, `made-2`, …
func decode(
    _ name: String, _ body: String, currency: String = "GBP", imports: Bool = false
) throws(Rejection) -> SubmittedCommand {
    var parser = JSONParser()
    var made = 0
    let context = DecodingContext(currency: Currency(currency)!, importsAllowed: imports) {
        made += 1
        return Text("made-\(made)")
    }
    let (name, body) = (Array(name.utf8), Array(body.utf8))
    return try Command.decode(name: name.span.bytes, body: body.span.bytes, context: context, parser: &parser)
}

/// The rejection that decoding ends in, nil when it succeeds.
func rejection(_ name: String, _ body: String, imports: Bool = false) -> Rejection? {
    do {
        _ = try decode(name, body, imports: imports)
        return nil
    } catch { return error }
}

extension Rejection {
    var pointers: [String] { errors.map(\.pointer) }
}

/// splitmix64: the same numbers from the same seed, so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
