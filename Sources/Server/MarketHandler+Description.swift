import HTTP
import JSON
import Queries

extension MarketHandler {
    /// `/openapi.json`.
    func writeDescription(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter)
        throws(Problem)
    {
        try Query.requireNoParameters(request.query)
        var isKnown = false
        if let tags = request.list(.ifNoneMatch) {
            isKnown = MarketHandler.isETag(OpenAPIDocument.etag, namedBy: tags.span.bytes)
        }
        connection.beginHead(isKnown ? .notModified : .ok, into: &output)
        output.append("Cache-Control: no-cache\r\nETag: \"")
        output.append(hex: OpenAPIDocument.etag)
        output.append("\"\r\n")
        appendToken(engine.position, to: &output)
        if isKnown { return output.endHead() }
        output.append("Content-Type: application/json\r\n")
        output.endHead(contentLength: OpenAPIDocument.bytes.count)
        if !connection.isHead { output.append(OpenAPIDocument.bytes) }
    }
}
