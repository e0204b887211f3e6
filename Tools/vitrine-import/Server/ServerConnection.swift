import HTTP
import JSON
import POSIX

/// Why a connection gave no answer.
enum ConnectionError: Error, CustomStringConvertible {
    /// Nothing can be reached there.
    case unreachable(SocketError)
    /// It broke before the answer was whole. Sending again is safe, because each command has a key or changes nothing when it comes again.
    case broken(String)
    /// What came is no answer of a Vitrine.
    case notUnderstood(String)

    var description: String {
        switch self {
        case .unreachable(let error): error.description
        case .broken(let reason), .notUnderstood(let reason): reason
        }
    }
}

/// A keep-alive connection that sends some commands, a line each, and waits for their answers.
struct ServerConnection: ~Copyable {
    private let socket: StreamSocket
    private let hostHeader: String
    private var request = ByteWriter(capacity: 64 << 10)
    private var chunk = [UInt8](repeating: 0, count: 16 << 10)

    /// How long the server may be silent. Its own waits end after 10 s.
    private static let timeoutSeconds = 30
    private static let headBytesMax = 64 << 10
    private static let bodyBytesMax = 64 << 20

    init(_ address: ServerAddress) throws(ConnectionError) {
        do throws(SocketError) {
            socket = try StreamSocket(
                connectingTo: address.host, port: address.port, timeoutSeconds: Self.timeoutSeconds)
        } catch {
            throw .unreachable(error)
        }
        hostHeader = address.hostHeader
    }

    mutating func exchange(_ commands: [ImportCommand]) throws(ConnectionError) -> ServerAnswer {
        var lines = ByteWriter(capacity: 64 << 10)
        for command in commands {
            lines.append("{\"command\":")
            lines.append(jsonString: command.name)
            if let key = command.idempotencyKey {
                lines.append(",\"idempotencyKey\":")
                lines.append(jsonString: key)
            }
            lines.append(",\"data\":")
            lines.append(command.body)
            lines.append("}\n")
        }
        request.removeAll()
        request.append("POST /v1/commands HTTP/1.1\r\nHost: ")
        request.append(text: hostHeader)
        request.append("\r\nContent-Type: application/x-ndjson\r\nContent-Length: ")
        request.append(decimal: lines.count)
        request.append("\r\n\r\n")
        request.append(lines.bytes)
        do {
            try request.withUnsafeBytes { try socket.send($0) }
        } catch {
            // The server may have answered and closed without reading on: what it said counts more than the broken send.
            if let answer = try? receive() { return answer }
            throw .broken("\(error)")
        }
        return try receive()
    }

    private mutating func receive() throws(ConnectionError) -> ServerAnswer {
        var received: [UInt8] = []
        while true {
            while let end = received.endOfHead {
                guard var answer = ServerAnswer(head: received[..<(end - 4)]) else {
                    throw .notUnderstood("it does not answer like a Vitrine")
                }
                let length = answer.contentLength ?? 0
                guard length <= Self.bodyBytesMax else { throw .notUnderstood("it answers with \(length) bytes") }
                if answer.status < 200 {
                    received.removeFirst(end)
                    continue
                }
                if answer.isChunked {
                    answer.body = try receiveChunks([UInt8](received[end...]))
                    return answer
                }
                while received.count < end + length { try receiveMore(&received) }
                answer.body = [UInt8](received[end..<(end + length)])
                return answer
            }
            guard received.count <= Self.headBytesMax else { throw .notUnderstood("its answer's head has no end") }
            try receiveMore(&received)
        }
    }

    /// The content of a chunked body whose first bytes are `first`.
    private mutating func receiveChunks(_ first: [UInt8]) throws(ConnectionError) -> [UInt8] {
        var (decoder, content, received) = (ChunkedDecoder(), [UInt8](), first)
        while true {
            let limit = Self.bodyBytesMax - content.count
            let part = received.withUnsafeMutableBytes { try? decoder.decode($0, limit: limit).content }
            guard let part else { throw .notUnderstood("its answer's chunks are malformed or too large") }
            content += received[..<part]
            if decoder.isDone { return content }
            received.removeAll(keepingCapacity: true)
            try receiveMore(&received)
        }
    }

    private mutating func receiveMore(_ received: inout [UInt8]) throws(ConnectionError) {
        let count: Int
        do {
            count = try chunk.withUnsafeMutableBytes { try socket.receive(into: $0) }
        } catch {
            throw .broken("\(error)")
        }
        guard count > 0 else { throw .broken("the connection was closed before the answer was whole") }
        received += chunk[..<count]
    }
}

extension [UInt8] {
    /// Where the body begins, once the empty line that ends the head is there.
    fileprivate var endOfHead: Int? {
        guard count >= 4 else { return nil }
        return (4...count).first {
            self[$0 - 4] == 13 && self[$0 - 3] == 10 && self[$0 - 2] == 13 && self[$0 - 1] == 10
        }
    }
}
