import JSON

/// The stored JSON of an event: a CloudEvent 1.0 whose first part is what the feed shows.
///
///     {"specversion":"1.0","source":"urn:uuid:<36>","id":"7","type":"PriceChanged","subject":"p1","time":"…",
///      "datacontenttype":"application/json","sequence":"00000000000000000007","position":7,"data":{…}
///      ,"commandkey":"…","commandhash":"<32>","private":{…}}
///
/// The public part ends before `,"commandkey"`: followed by `}` it is the event that the feed sends, so the feed never parses.
public enum EventEnvelope {
    private static let prologue: StaticString = "{\"specversion\":\"1.0\",\"source\":\"urn:uuid:"

    /// Where the 36 bytes of the log's identity stand in every envelope. The feed puts the log's present identity there:
    /// an old log that is put back gets a new one, and its events are not rewritten.
    public static let identityOffset = prologue.utf8CodeUnitCount
    public static let identityLength = 36

    /// Appends the stored JSON of `event` and returns the length of its public part.
    ///
    /// `identity` is the log's UUID as 36 characters. Key and hash are those of the command that made the event, when it had
    /// a key.
    public static func write(
        _ event: Event, position: UInt64, identity: Text, time: Timestamp, commandKey: Text?, commandHash: Fingerprint?,
        currency: Currency, into writer: inout ByteWriter
    ) -> Int {
        precondition(identity.utf8.count == identityLength, "a log's identity is the 36 characters of a UUID")
        let start = writer.count
        writer.append(prologue)
        writer.append(identity.utf8)
        writer.append("\",\"id\":\"")
        writer.append(decimal: position)
        writer.append("\",\"type\":\"")
        writer.append(event.type)
        writer.append(field: "\",\"subject\":", event.subject)
        writer.append(",\"time\":\"")
        writer.append(time)
        writer.append("\",\"datacontenttype\":\"application/json\",\"sequence\":\"")
        writer.append(decimal: position, width: 20)
        writer.append("\",\"position\":")
        writer.append(decimal: position)
        writer.append(",\"data\":")
        event.writeData(into: &writer, currency: currency)
        let publicLength = writer.count - start
        writer.append(commandKey: commandKey, hash: commandHash)
        let end = writer.count
        writer.append(",\"private\":")
        if !event.writePrivate(into: &writer) { writer.truncate(to: end) }
        writer.append("}")
        return publicLength
    }

    /// Reads what `write` wrote.
    public static func decode(_ bytes: RawSpan, parser: inout JSONParser) throws(EventDecodingError) -> StoredEvent {
        let root: JSONValue
        do { root = try parser.parse(bytes) } catch { throw .json(error) }
        guard var envelope = root.object else { throw .json(.malformed) }
        let type = try envelope.string("type")
        guard let time = Timestamp(rfc3339: try envelope.string("time")) else { throw .field("time") }
        guard let position = UInt64(exactly: try envelope.integer("position")) else { throw .field("position") }
        let data = try envelope.value("data")
        let key = try envelope.optionalText("commandkey")
        let hash = try envelope.commandHash()
        let event = try Event.decode(type: type, data: data, private: envelope.take("private"))
        return StoredEvent(position: position, time: time, event: event, commandKey: key, commandHash: hash)
    }
}
