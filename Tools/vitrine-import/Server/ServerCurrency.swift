import JSON
import Marketplace

/// What a running server trades in.
///
/// No answer is about the currency alone, and an empty market shows no price. But a command in another currency is refused
/// with the one that is expected, so a command is sent that is sure to be refused: it lacks what it is about.
enum ServerCurrency {
    /// ISO 4217 keeps this code for "no currency".
    private static let none = Currency("XXX")!

    static func learn(from address: ServerAddress) throws(ImportError) -> Currency {
        let probe = make("ChangePrice", nil) { $0.field("price", money: 1, none) }
        let answer: ServerAnswer
        do throws(ConnectionError) {
            var connection = try ServerConnection(address)
            answer = try connection.exchange([probe])
        } catch {
            throw ImportError("--server \(address.text) cannot be reached (\(error)); start vitrine there first")
        }
        guard answer.status == 200, let currency = expected(in: answer.body) else {
            throw ImportError(
                "--server \(address.text) does not say what it trades in (it answers \(answer.status)); give the address of a vitrine"
            )
        }
        return currency
    }

    /// The currency that a refused command's answer expects; nil when it is none of a Vitrine.
    static func expected(in body: [UInt8]) -> Currency? {
        var parser = JSONParser()
        // The answer to the command, before the summary of all.
        let line = Array(body.prefix { $0 != UInt8(ascii: "\n") })
        guard let document = try? parser.parse(line.span.bytes), var members = document.object,
            var problem = members.take("error")?.object, var errors = problem.take("errors")?.array
        else { return nil }
        while let element = errors.next() {
            guard var error = element.object, let pointer = error.take("pointer")?.text,
                pointer == "#/data/price/currency", let detail = error.take("detail")?.text
            else { continue }
            return Currency(String(detail.drop { $0 != "\"" }.dropFirst().prefix { $0 != "\"" }))
        }
        // It finds fault only with what is missing, so this is its currency.
        return none
    }
}
