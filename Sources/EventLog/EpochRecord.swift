/// What a record without events holds where an epoch begins: the epoch, and the log's identity where that is a new one.
///
///     {"epoch":"0123456789abcdef"}
///     {"epoch":"0123456789abcdef","identity":"6f1c2a0e-52b7-4c3d-9a51-0e7f6d2b8c11"}
struct EpochRecord: Equatable {
    private static let opening = Array("{\"epoch\":\"".utf8)
    private static let middle = Array("\",\"identity\":\"".utf8)
    private static let closing = Array("\"}".utf8)

    var epoch: UInt64
    var identity: LogIdentity?

    init(epoch: UInt64, identity: LogIdentity? = nil) { (self.epoch, self.identity) = (epoch, identity) }

    /// Nil for the body of another record, such as one that remembers a command.
    init?(_ body: RawSpan) {
        let bytes = body.withUnsafeBytes { body -> [UInt8]? in
            let json = body.dropFirst(EventFrames.headerSize)
            return json.starts(with: EpochRecord.opening) ? [UInt8](json.prefix(128)) : nil
        }
        guard let bytes else { return nil }
        let rest = bytes.dropFirst(EpochRecord.opening.count)
        guard let epoch = EpochRecord.number(rest.prefix(16)) else { return nil }
        self.init(epoch: epoch)
        let behind = rest.dropFirst(16)
        guard behind.starts(with: EpochRecord.middle) else { return }
        identity = LogIdentity(
            uuidString: String(decoding: behind.dropFirst(EpochRecord.middle.count).prefix(36), as: UTF8.self))
    }

    /// One frame without public bytes.
    var body: [UInt8] {
        var json = EpochRecord.opening + Array(hexadecimal(epoch))
        if let identity { json += EpochRecord.middle + Array(identity.uuidString.utf8) }
        json += EpochRecord.closing
        var body: [UInt8] = []
        EventFrames.append(json, publicLength: 0, to: &body)
        return body
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        digits.count == 16 ? UInt64(String(decoding: digits, as: UTF8.self), radix: 16) : nil
    }
}
