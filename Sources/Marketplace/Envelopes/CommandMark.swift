import JSON

/// The memory of an accepted command that changed nothing: the one frame of a log record without events.
///
///     {"commandkey":"…","commandhash":"<32 hexadecimal digits>","subject":"p1"}
public struct CommandMark: Equatable, Sendable {
    public var commandKey: Text
    public var commandHash: Fingerprint
    /// The id that the command was answered with.
    public var subject: Text

    public init(commandKey: Text, commandHash: Fingerprint, subject: Text) {
        self.commandKey = commandKey
        self.commandHash = commandHash
        self.subject = subject
    }

    public func write(into writer: inout ByteWriter) {
        writer.append(field: "{\"commandkey\":", commandKey)
        writer.append(",\"commandhash\":\"")
        writer.append(commandHash)
        writer.append(field: "\",\"subject\":", subject)
        writer.append("}")
    }

    /// Reads what `write` wrote.
    public static func decode(_ bytes: RawSpan, parser: inout JSONParser) throws(EventDecodingError) -> CommandMark {
        let root: JSONValue
        do { root = try parser.parse(bytes) } catch { throw .json(error) }
        guard var mark = root.object else { throw .json(.malformed) }
        let key = try mark.text("commandkey")
        guard let hash = try mark.commandHash() else { throw .field("commandhash") }
        return CommandMark(commandKey: key, commandHash: hash, subject: try mark.text("subject"))
    }
}

extension ByteWriter {
    mutating func append(commandKey: Text?, hash: Fingerprint?) {
        append(field: ",\"commandkey\":", commandKey)
        guard let hash else { return }
        append(",\"commandhash\":\"")
        append(hash)
        append("\"")
    }
}

extension JSONObject {
    @_lifetime(self: copy self)
    mutating func commandHash() throws(EventDecodingError) -> Fingerprint? {
        guard let value = take("commandhash") else { return nil }
        guard let digits = value.string, let hash = Fingerprint(hexadecimal: digits) else {
            throw .field("commandhash")
        }
        return hash
    }
}
