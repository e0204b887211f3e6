import EventLog
import Marketplace
import POSIX

/// Reads the log for clients on a thread of its own, so that no loop ever waits for the disk.
final class EventFeed: Sendable {
    /// An answer ends here, though never before its first event.
    private static let answerBytesMax = 1 << 20
    private static let queuedMax = 1_024

    struct Request: Sendable {
        var after: UInt64
        var limit: Int
        /// Called once on the feed's thread.
        var reply: @Sendable (Result<Answer, EventLogError>) -> Void
    }

    struct Answer: Sendable {
        var lines: [UInt8]
        /// The log's end when it was read.
        var logEnd: UInt64
    }

    private let log: EventLog
    private let queue = Monitor((requests: [Request](), isClosed: false))

    init(_ log: EventLog) { self.log = log }

    /// False when too many wait already.
    func submit(_ request: Request) -> Bool {
        queue.update { queue in
            guard !queue.isClosed, queue.requests.count < EventFeed.queuedMax else { return false }
            queue.requests.append(request)
            return true
        }
    }

    func close() { queue.update { $0.isClosed = true } }

    /// Answers until closed and empty.
    func run() {
        while let request = takeNext() {
            do throws(EventLogError) {
                request.reply(.success(try read(request)))
            } catch {
                request.reply(.failure(error))
            }
        }
    }

    private func takeNext() -> Request? {
        queue.wait { queue -> Request?? in
            if queue.requests.isEmpty { return queue.isClosed ? .some(nil) : nil }
            return queue.requests.removeFirst()
        } ?? nil
    }

    private func read(_ request: Request) throws(EventLogError) -> Answer {
        let logEnd = log.durablePosition
        var lines: [UInt8] = []
        guard request.after < logEnd else { return Answer(lines: lines, logEnd: logEnd) }
        let identity = Array(log.identity.uuidString.utf8)
        let reader = try log.makeReader(after: request.after)
        var count = 0
        while count < request.limit, try reader.next(upTo: logEnd) {
            var frames = EventFrames(reader.body)
            while reader.eventCount > 0, count < request.limit, frames.advance() {
                let event = frames.publicBytes
                if count > 0, lines.count + event.byteCount + 2 > EventFeed.answerBytesMax {
                    return Answer(lines: lines, logEnd: logEnd)
                }
                let start = lines.count
                event.withUnsafeBytes { lines += $0 }
                lines.replaceSubrange(
                    start + EventEnvelope.identityOffset..<start + EventEnvelope.identityOffset + identity.count,
                    with: identity)
                lines += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
                count += 1
            }
        }
        return Answer(lines: lines, logEnd: logEnd)
    }
}
