import JSON

extension Command {
    /// Decodes a command from the name in its route and the bytes of its body.
    ///
    /// Throws every fault of the body at once, as a rejection of the gravest kind among them: `unknownCommand`, then
    /// `malformed`, `importsOff`, `invalid`, `wrongCurrency`.
    public static func decode(
        name: RawSpan, body: RawSpan, context: borrowing DecodingContext, parser: inout JSONParser
    ) throws(Rejection) -> SubmittedCommand {
        guard let command = CommandName(name) else { throw unknown(name) }
        let root: JSONValue
        do { root = try parser.parse(body) } catch { throw Rejection(.malformed, error.detail) }
        return try decode(command, data: root, context: context)
    }

    /// Decodes a command whose fields are part of a larger text, such as a line of many commands. Pointers start at `data`.
    public static func decode(
        name: RawSpan, data: JSONValue, context: borrowing DecodingContext
    ) throws(Rejection) -> SubmittedCommand {
        guard let command = CommandName(name) else { throw unknown(name) }
        return try decode(command, data: data, context: context)
    }

    /// Refuses a name that no command has, as `decode` does first.
    public static func requireKnown(_ name: RawSpan) throws(Rejection) {
        if CommandName(name) == nil { throw unknown(name) }
    }

    private static func unknown(_ name: RawSpan) -> Rejection {
        // An answer repeats no more of a name than any command's could be.
        Rejection(.unknownCommand, "There is no command '\(Text(name.extracting(first: 64)))'.")
    }

    private static func decode(
        _ name: CommandName, data: JSONValue, context: borrowing DecodingContext
    ) throws(Rejection) -> SubmittedCommand {
        var decoder = CommandDecoder(currency: context.currency, importsAllowed: context.importsAllowed)
        guard var fields = decoder.fields.object(data) else {
            // Not even an object: the body is not a command at all.
            throw Rejection(.malformed, "Expected a JSON object.", errors: decoder.fields.invalid)
        }
        let occurredAt = decoder.importedTime("occurredAt", from: &fields)
        let command: Command =
            switch name {
            case .registerUser: .registerUser(RegisterUser(&decoder, &fields))
            case .updateUser: .updateUser(UpdateUser(&decoder, &fields))
            case .addProduct: .addProduct(AddProduct(&decoder, &fields))
            case .updateProduct: .updateProduct(UpdateProduct(&decoder, &fields))
            case .changePrice: .changePrice(ChangePrice(&decoder, &fields))
            case .adjustStock: .adjustStock(AdjustStock(&decoder, &fields))
            case .discontinueProduct: .discontinueProduct(DiscontinueProduct(&decoder, &fields))
            case .createOrder: .createOrder(CreateOrder(&decoder, &fields))
            case .reviewProduct: .reviewProduct(ReviewProduct(&decoder, &fields))
            case .payOrder: .payOrder(PayOrder(&decoder, &fields))
            case .shipOrder: .shipOrder(ShipOrder(&decoder, &fields))
            case .deliverOrder: .deliverOrder(DeliverOrder(&decoder, &fields))
            case .cancelOrder: .cancelOrder(CancelOrder(&decoder, &fields))
            case .refundOrder: .refundOrder(RefundOrder(&decoder, &fields))
            }
        decoder.fields.finish(fields)
        if let rejection = decoder.rejection { throw rejection }

        var encoder = CanonicalEncoder(name.text)
        encoder.append(occurredAt?.milliseconds)
        command.encode(into: &encoder)
        let hash = encoder.fingerprint
        return SubmittedCommand(
            command: command.identified(by: context.makeId), occurredAt: occurredAt, hash: hash)
    }
}
