import JSON

/// Reads fields of the marketplace's own sorts, ids, texts, money, and collects what is wrong with them.
struct CommandDecoder {
    var fields = FieldDecoder()
    private let currency: Currency
    private let importsAllowed: Bool
    private var importsOff: [FieldError] = []
    private var wrongCurrency: [FieldError] = []

    init(currency: Currency, importsAllowed: Bool) {
        (self.currency, self.importsAllowed) = (currency, importsAllowed)
    }

    /// All that was wrong, under the gravest kind; nil when nothing was.
    var rejection: Rejection? {
        guard fields.hasErrors || !importsOff.isEmpty || !wrongCurrency.isEmpty else { return nil }
        let errors = fields.malformed + importsOff + fields.invalid + wrongCurrency
        if !fields.malformed.isEmpty {
            return Rejection(.malformed, "The command has unknown or repeated fields.", errors: errors)
        }
        if !importsOff.isEmpty {
            return Rejection(.importsOff, "Fields of imports are taken only with --accept-imports.", errors: errors)
        }
        if !fields.invalid.isEmpty {
            return Rejection(.invalid, "The command has missing or unacceptable fields.", errors: errors)
        }
        return Rejection(.wrongCurrency, "This marketplace trades in \(currency).", errors: errors)
    }

    // MARK: Texts

    /// A required text. An empty one stands in for what is wrong.
    @_lifetime(object: copy object)
    mutating func text(_ name: StaticString, _ rule: TextRule, from object: inout JSONObject) -> Text {
        guard let value = fields.required(name, from: &object) else { return Text(utf8: []) }
        return text(value, name, rule) ?? Text(utf8: [])
    }

    /// A text that may be absent or `null`.
    @_lifetime(object: copy object)
    mutating func optionalText(_ name: StaticString, _ rule: TextRule, from object: inout JSONObject) -> Text? {
        guard let value = fields.optional(name, from: &object) else { return nil }
        return text(value, name, rule)
    }

    /// The id of what the command creates: empty when the client chose none.
    @_lifetime(object: copy object)
    mutating func chosenId(_ name: StaticString, from object: inout JSONObject) -> Text {
        optionalText(name, .id, from: &object) ?? Text(utf8: [])
    }

    /// An update's new value of a required field, which cannot be cleared; nil keeps the old one.
    @_lifetime(object: copy object)
    mutating func replacement(_ name: StaticString, _ rule: TextRule, from object: inout JSONObject) -> Text? {
        guard let value = object.take(name) else { return nil }
        guard !value.isNull else {
            fields.refuse(name, "This field cannot be cleared.")
            return nil
        }
        return text(value, name, rule)
    }

    /// An update of an optional field, which `null` clears.
    @_lifetime(object: copy object)
    mutating func change(_ name: StaticString, _ rule: TextRule, from object: inout JSONObject) -> Change<Text> {
        guard let value = object.take(name) else { return .keep }
        guard !value.isNull else { return .clear }
        return text(value, name, rule).map { .set($0) } ?? .keep
    }

    /// An update that names nothing to update.
    mutating func refuseEmptyUpdate(_ names: String) {
        // A field that was refused is kept too, and already has its error.
        guard !fields.hasErrors else { return }
        fields.refuse(nil, "Expected at least one of \(names).")
    }

    private mutating func text(_ value: JSONValue, _ name: StaticString, _ rule: TextRule) -> Text? {
        guard let string = fields.string(value, name) else { return nil }
        if let violation = rule.violation(of: string) {
            fields.refuse(name, violation)
            return nil
        }
        return Text(string)
    }

    @_lifetime(object: copy object)
    mutating func role(_ name: StaticString, from object: inout JSONObject) -> Role {
        guard let value = fields.required(name, from: &object), let string = fields.string(value, name) else {
            return .customer
        }
        guard let role = Role(name: string) else {
            fields.refuse(name, "Expected \"customer\" or \"seller\".")
            return .customer
        }
        return role
    }

    // MARK: Numbers

    /// A required integer. Zero stands in for what is wrong.
    @_lifetime(object: copy object)
    mutating func integer(_ name: StaticString, in bounds: ClosedRange<Int64>, from object: inout JSONObject) -> Int64 {
        guard let value = fields.required(name, from: &object) else { return 0 }
        return fields.integer(value, in: bounds, name) ?? 0
    }

    /// The one of several integers that is there, with its index. Of several each is refused, of none the first, which
    /// with zero stands in then.
    @_lifetime(object: copy object)
    mutating func oneInteger(
        of choices: [(name: StaticString, bounds: ClosedRange<Int64>)], from object: inout JSONObject
    ) -> (index: Int, value: Int64) {
        var given: [(index: Int, value: Int64)] = []
        for (index, choice) in choices.enumerated() {
            guard let value = object.take(choice.name) else { continue }
            given.append((index, fields.integer(value, in: choice.bounds, choice.name) ?? 0))
        }
        if given.count == 1 { return given[0] }
        let names = choices.map { "\($0.name)" }.joined(separator: ", ")
        for index in given.isEmpty ? [0] : given.map(\.index) {
            fields.refuse(choices[index].name, "Expected exactly one of \(names).")
        }
        return (0, 0)
    }

    /// A required money object in the marketplace's currency. Zero stands in for what is wrong.
    @_lifetime(object: copy object)
    mutating func amount(_ name: StaticString, in bounds: ClosedRange<Int64>, from object: inout JSONObject) -> Amount {
        guard let value = fields.required(name, from: &object) else { return 0 }
        return amount(value, name, in: bounds)
    }

    @_lifetime(object: copy object)
    mutating func optionalAmount(
        _ name: StaticString, in bounds: ClosedRange<Int64>, from object: inout JSONObject
    ) -> Amount? {
        guard let value = fields.optional(name, from: &object) else { return nil }
        return amount(value, name, in: bounds)
    }

    private mutating func amount(_ value: JSONValue, _ name: StaticString, in bounds: ClosedRange<Int64>) -> Amount {
        guard var money = fields.object(value, name) else { return 0 }
        fields.enter(name)
        defer { fields.leave() }
        let amount = integer("amount", in: bounds, from: &money)
        if let value = fields.required("currency", from: &money), let code = fields.string(value, "currency"),
            Currency(code) != currency
        {
            wrongCurrency.append(
                FieldError(pointer: fields.pointer(to: "currency"), detail: "Expected \"\(currency)\"."))
        }
        fields.finish(money)
        return amount
    }

    // MARK: Imports

    /// Years 0001 to 9999, which is what RFC 3339 can write back.
    private static let writableTimes =
        Timestamp(milliseconds: -62_135_596_800_000)...Timestamp(milliseconds: 253_402_300_799_999)

    @_lifetime(object: copy object)
    mutating func importedTime(_ name: StaticString, from object: inout JSONObject) -> Timestamp? {
        guard let value = imported(name, from: &object), let string = fields.string(value, name) else { return nil }
        guard let time = Timestamp(rfc3339: string), Self.writableTimes.contains(time) else {
            fields.refuse(name, "Expected a time such as 2026-11-23T09:00:00Z.")
            return nil
        }
        return time
    }

    @_lifetime(object: copy object)
    mutating func importedAmount(
        _ name: StaticString, in bounds: ClosedRange<Int64>, from object: inout JSONObject
    ) -> Amount? {
        guard let value = imported(name, from: &object) else { return nil }
        return amount(value, name, in: bounds)
    }

    @_lifetime(object: copy object)
    mutating func importedStatus(_ name: StaticString, from object: inout JSONObject) -> OrderStatus? {
        guard let value = imported(name, from: &object), let string = fields.string(value, name) else { return nil }
        guard let status = OrderStatus(name: string) else {
            let names = OrderStatus.allCases.map { "\($0.name)" }.joined(separator: ", ")
            fields.refuse(name, "Expected one of \(names).")
            return nil
        }
        return status
    }

    /// A field that only imports may set.
    @_lifetime(copy object)
    @_lifetime(object: copy object)
    private mutating func imported(_ name: StaticString, from object: inout JSONObject) -> JSONValue? {
        guard let value = fields.optional(name, from: &object) else { return nil }
        if !importsAllowed, importsOff.count < FieldDecoder.errorLimit {
            importsOff.append(
                FieldError(pointer: fields.pointer(to: "\(name)"), detail: "Only imports may set this field."))
        }
        return value
    }
}
