import HTTP
import JSON
import Marketplace

/// A line of many commands: `{"command":"AddProduct","idempotencyKey":"…","data":{…}}`, the key being optional.
enum CommandLine {
    /// Throws what the line is answered with. Pointers start at the line: `#/data/price/amount`.
    static func decode(
        _ line: RawSpan, context: borrowing DecodingContext, parser: inout JSONParser
    ) throws(Problem) -> SubmittedCommand {
        let root: JSONValue
        do { root = try parser.parse(line) } catch { throw Problem(Rejection(.malformed, error.detail)) }
        var decoder = FieldDecoder()
        guard var fields = decoder.object(root) else {
            throw Problem(Rejection(.malformed, "Expected a JSON object.", errors: decoder.invalid))
        }
        var (name, key): (Text?, Text?) = (nil, nil)
        if let value = decoder.required("command", from: &fields), let text = decoder.string(value, "command") {
            name = Text(text)
        }
        if let value = decoder.optional("idempotencyKey", from: &fields),
            let text = decoder.string(value, "idempotencyKey")
        {
            key = Text(text)
        }
        let data = decoder.required("data", from: &fields)
        decoder.finish(fields)
        guard !decoder.hasErrors, let name, let data else { throw problem(decoder) }
        if let key, !MarketHandler.isIdempotencyKey(key.utf8) {
            throw Problem(
                "malformed-idempotency-key", .badRequest, "The idempotencyKey is not valid",
                detail: "Give the line an idempotencyKey of 1 to 128 visible ASCII characters."
            ).at(.pointer("#/idempotencyKey"), "must be 1 to 128 visible ASCII characters")
        }
        do throws(Rejection) {
            var submitted = try Command.decode(name: name.utf8.span.bytes, data: data, context: context)
            submitted.idempotencyKey = key
            return submitted
        } catch {
            throw Problem(error.ofLine)
        }
    }

    private static func problem(_ decoder: FieldDecoder) -> Problem {
        let errors = decoder.malformed + decoder.invalid
        return Problem(
            decoder.malformed.isEmpty
                ? Rejection(.invalid, "The line has missing or unacceptable fields.", errors: errors)
                : Rejection(.malformed, "The line has unknown or repeated fields.", errors: errors))
    }
}

extension Rejection {
    /// As the line's answer says it: what points into a command points into the line's `data`.
    var ofLine: Rejection {
        var rejection = self
        for index in rejection.errors.indices {
            rejection.errors[index].pointer = "#/data" + rejection.errors[index].pointer.dropFirst()
        }
        return rejection
    }
}
