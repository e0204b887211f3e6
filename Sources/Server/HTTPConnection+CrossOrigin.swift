import HTTP
import JSON

/// What browsers need to let pages of other origins read answers.
extension HTTPConnection {
    /// Whether `request` is a browser's question if it may send one of an origin that is allowed.
    public func isPreflight(_ request: borrowing Request) -> Bool {
        guard request.method == .options, let policy = server.options.crossOrigin else { return false }
        return (policy.isAny || originNumber > 0) && request.has(.origin) && request.has(.accessControlRequestMethod)
    }

    /// Answers a preflight: everything that the server understands may be sent.
    public func answerPreflight(into output: inout ByteWriter) {
        beginHead(.noContent, into: &output)
        output.append(text: CrossOrigin.preflightFields)
        output.endHead()
    }

    /// Only with `--cors-origin`: remembers the origin of the request that was just parsed.
    func noteOrigin(_ origin: RawSpan?) {
        if let policy = server.options.crossOrigin { originNumber = policy.number(of: origin) }
    }

    func appendOriginFields(into output: inout ByteWriter) {
        if let policy = server.options.crossOrigin { output.append(policy.fields(originNumber)) }
    }
}
