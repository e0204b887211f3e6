// The serving path with nothing behind it: every request is answered with the same bytes and the heads of real answers.
// swift build -c release --product fixed-answer && taskset -c 0 .build/release/fixed-answer 127.0.0.1:9001 8192
// Then: taskset -c 1 wrk -t1 -c64 -d5s --latency http://127.0.0.1:9001/
import EventLoop
import HTTP
import JSON
import Server

final class FixedAnswer: RequestHandler {
    /// Never freed: the server runs until it is killed.
    private let body: UnsafeRawBufferPointer

    init(bytes: Int) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "x"))
        body = UnsafeRawBufferPointer(memory)
    }

    func handle(_ request: borrowing Request, on connection: HTTPConnection, into output: inout ByteWriter) {
        connection.beginHead(.ok, into: &output)
        output.append("Content-Type: application/json\r\nCache-Control: no-cache\r\nVary: Consistency-Token\r\n")
        output.field("ETag", "\"0123456789abcdef\"")
        output.field("Consistency-Token", "0123456789abcdef-0000000000000001")
        output.endHead(contentLength: body.count)
        if !request.isHead { output.append(body) }
    }
}

let arguments = CommandLine.arguments
guard let address = SocketAddress(arguments.count > 1 ? arguments[1] : "127.0.0.1:9001"),
    let bytes = Int(arguments.count > 2 ? arguments[2] : "8192")
else { fatalError("usage: fixed-answer ADDRESS:PORT BODY_BYTES") }
let socket = try ListeningSocket.bind(address, count: 1)[0]
let loop = RunningLoop(index: 0, options: LoopOptions()) { _, _ in FixedAnswer(bytes: bytes) }
loop.listen(on: socket)
print("listening on \(socket.address)")
loop.join()
