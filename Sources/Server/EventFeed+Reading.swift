import EventLog
import HTTP
import JSON
import Marketplace

/// What the feed reads: a page of lines for one client, or a step of a stream for all that stand at its beginning.
extension EventFeed {
    /// A page ends here, though never before its first event.
    private static let pageBytesMax = 1 << 20
    /// A step is smaller: a stream's client gets the next when it has taken this one, and 4,096 of them are 256 MiB.
    private static let stepBytesMax = 64 << 10

    /// Events of a stream, encoded and in a chunk of their own.
    struct Step: Sendable {
        /// The chunk: its head, the events, CRLF.
        let chunk: [UInt8]
        /// Where in it the events are, for clients that know no chunks.
        let events: Range<Int>
        /// Of the last event in it, where its streams then stand.
        let position: UInt64
    }

    func readPage(after position: UInt64, _ limit: Int) throws(EventLogError) -> Answer {
        var lines = ByteWriter(capacity: 4_096)
        let logEnd = log.durablePosition
        _ = try read(after: position, upTo: logEnd, limit, bytesMax: EventFeed.pageBytesMax, into: &lines) { _, _ in
        } end: {
            $0.append("}\n")
        }
        return Answer(lines: lines.copyBytes(), logEnd: logEnd)
    }

    /// There must be an event behind `position`.
    func readStep(after position: UInt64) throws(EventLogError) -> Step {
        var events = ByteWriter(capacity: 4_096)
        let last = try read(
            after: position, upTo: log.durablePosition, .max, bytesMax: EventFeed.stepBytesMax, into: &events
        ) { position, writer in
            writer.append("id: ")
            writer.append(tokens.token(position))
            writer.append("\ndata: ")
        } end: {
            $0.append("}\n\n")
        }
        precondition(!events.isEmpty, "a stream is given a step when there is one")
        var chunk = ByteWriter(capacity: events.count + 16)
        chunk.append(chunkHeadOf: events.count)
        let start = chunk.count
        chunk.append(events.bytes)
        chunk.append("\r\n")
        return Step(chunk: chunk.copyBytes(), events: start..<start + events.count, position: last)
    }

    /// Appends up to `limit` events behind `position`, or `bytesMax` bytes of them but at least one, each between what
    /// `begin` and `end` write; `end` also closes the event's object. Gives the position of the last, or `position`.
    private func read(
        after position: UInt64, upTo logEnd: UInt64, _ limit: Int, bytesMax: Int, into output: inout ByteWriter,
        begin: (UInt64, inout ByteWriter) -> Void, end: (inout ByteWriter) -> Void
    ) throws(EventLogError) -> UInt64 {
        var last = position
        guard position < logEnd else { return last }
        let identity = Array(log.identity.uuidString.utf8)
        let reader = try log.makeReader(after: position)
        var count = 0
        while count < limit, try reader.next(upTo: logEnd) {
            guard reader.eventCount > 0 else { continue }
            var frames = EventFrames(reader.body)
            var next = reader.position
            while count < limit, frames.advance() {
                defer { next += 1 }
                // A record may begin before what is asked for.
                guard next > position else { continue }
                let event = frames.publicBytes
                // What stands around an event is below 64 bytes.
                if count > 0, output.count + event.byteCount + 64 > bytesMax { return last }
                begin(next, &output)
                let start = output.count
                output.append(event)
                identity.withUnsafeBytes { output.overwrite(at: start + EventEnvelope.identityOffset, with: $0) }
                end(&output)
                last = next
                count += 1
            }
        }
        return last
    }
}
