import Decisions
import EventLoop
import HTTP
import JSON
import Marketplace
import POSIX

/// A request that sends commands in lines: what has come, what is being decided, and what is to be answered, in order.
final class CommandLines {
    /// Requests of all loops together that send lines. With a line being read and one under way each, they hold 300 MiB.
    static let countMax = 128
    /// Commands of one request that wait for the writer: enough for it to have a batch while the next one is read.
    static let underWayMax = 1_024
    static let underWayBytesMax = 256 << 10
    /// Answers that are gathered before they are sent, and the loop turns to its other clients.
    static let answerBytesMax = 256 << 10
    /// How soon a command is offered to a full queue again if nothing of this request is under way.
    static let retry_ms: UInt64 = 100

    /// A line that was taken and is not answered.
    private struct Taken {
        let number: Int
        let weight: Int
        /// Of a line that was refused without the writer.
        let problem: Problem?
    }

    /// A command that the queue had no room for.
    struct Held {
        let request: CommandRequest
        let number: Int
    }

    private let currency: Currency
    let isMinimal: Bool
    let isChunked: Bool
    /// Outcomes that the writer has told, in the order of the lines.
    let outcomes = Outcomes()
    let retry: LoopTimer
    var cutter = LineCutter()
    var held: Held?
    /// Whether there may be lines to take: reading has stopped until there is room for them.
    var isHeldBack = false
    /// Whether the answer's head is written. It waits for the first line's answer: what is wrong before can still be refused.
    var hasBegun = false
    /// Whether the body broke off, and what the client is told of it if no answer has begun.
    var isBrokenOff = false
    var refusal: Refusal?

    private var taken: [Taken] = []
    private var firstTaken = 0
    private var underWayBytes = 0
    private var (lines, accepted, rejected) = (0, 0, 0)
    private var lastPosition: UInt64 = 0
    private var answers = ByteWriter(capacity: 4_096)

    init(in currency: Currency, isMinimal: Bool, isChunked: Bool, retry: LoopTimer) {
        (self.currency, self.isMinimal, self.isChunked, self.retry) = (currency, isMinimal, isChunked, retry)
    }

    // MARK: Lines

    var underWay: Int { taken.count - firstTaken }

    /// Whether one more line may be taken while `requests` share the queue.
    func hasRoom(sharedBy requests: Int) -> Bool {
        let share = max(16, CommandQueue.bulkCommandsMax / max(requests, 1))
        return underWay < min(share, CommandLines.underWayMax) && underWayBytes < CommandLines.underWayBytesMax
            && answers.count < CommandLines.answerBytesMax
    }

    /// The writer decides this line.
    func submitted(_ number: Int, weight: Int) {
        lines += 1
        underWayBytes += weight
        taken.append(Taken(number: number, weight: weight, problem: nil))
    }

    /// The line is answered with `problem`, when those before it are.
    func refused(_ number: Int, _ problem: Problem) {
        lines += 1
        taken.append(Taken(number: number, weight: 0, problem: problem))
        answerRefused()
    }

    /// Whether the client must learn that lines were decided, also where accepted ones are left out.
    var hasTaken: Bool { lines > 0 }

    /// Every line has come and is answered.
    var isDone: Bool { cutter.isDone && held == nil && underWay == 0 }

    // MARK: Answers

    /// Answers the lines that the writer has decided, and those behind them that it need not see.
    func settle() {
        for outcome in outcomes.takeAll() {
            let line = removeFirst()
            switch outcome {
            case .accepted(let command):
                accepted += 1
                lastPosition = max(lastPosition, command.position, command.logEnd)
                if !isMinimal { append(command, line.number) }
            case .rejected(let rejection, let logEnd):
                lastPosition = max(lastPosition, logEnd)
                append(
                    Problem(rejection.ofLine, in: currency, at: "#/data", key: .pointer("#/idempotencyKey")),
                    line.number)
            case .noRoom(let freeBytes, let reserveBytes, let logEnd):
                lastPosition = max(lastPosition, logEnd)
                append(.noRoom(freeBytes, reserveBytes), line.number)
            }
            answerRefused()
        }
    }

    private func answerRefused() {
        while firstTaken < taken.count, let problem = taken[firstTaken].problem {
            append(problem, removeFirst().number)
        }
    }

    private func removeFirst() -> Taken {
        let first = taken[firstTaken]
        firstTaken += 1
        underWayBytes -= first.weight
        if firstTaken == taken.count {
            taken.removeAll(keepingCapacity: true)
            firstTaken = 0
        } else if firstTaken >= CommandLines.underWayMax {
            taken.removeFirst(firstTaken)
            firstTaken = 0
        }
        return first
    }

    private func append(_ accepted: AcceptedCommand, _ number: Int) {
        answers.append("{\"line\":")
        answers.append(decimal: number)
        answers.append(",\"status\":200,\"position\":")
        answers.append(decimal: accepted.position)
        answers.append(",\"id\":")
        answers.append(jsonString: accepted.subject.utf8)
        answers.append(",\"events\":[")
        if let type = accepted.eventType { answers.append(jsonString: type.utf8) }
        answers.append(accepted.isReplayed ? "],\"replayed\":true}\n" : "]}\n")
    }

    private func append(_ problem: Problem, _ number: Int) {
        rejected += 1
        answers.append("{\"line\":")
        answers.append(decimal: number)
        answers.append(",\"status\":")
        answers.append(decimal: Int(problem.status.rawValue))
        answers.append(",\"error\":")
        problem.write(into: &answers)
        answers.append("}\n")
    }

    var hasAnswers: Bool { !answers.isEmpty }

    /// Moves what is answered so far to `output`.
    func writeAnswers(into output: inout ByteWriter) {
        output.append(part: answers.bytes, isChunked: isChunked)
        answers.removeAll()
        answers.shrink(to: CommandLines.answerBytesMax)
    }

    /// The last line and the end of the answer. `logEnd` is told if no line was decided.
    func writeEnd(_ tokens: TokenIssuer, logEnd: UInt64, into output: inout ByteWriter) {
        let position = lastPosition > 0 ? lastPosition : logEnd
        answers.append("{\"lines\":")
        answers.append(decimal: lines)
        answers.append(",\"accepted\":")
        answers.append(decimal: accepted)
        answers.append(",\"rejected\":")
        answers.append(decimal: rejected)
        answers.append(",\"position\":")
        answers.append(decimal: position)
        answers.append(",\"consistencyToken\":\"")
        answers.append(tokens.token(position))
        answers.append("\"}\n")
        writeAnswers(into: &output)
        output.endBody(isChunked: isChunked)
    }

    /// Outcomes on their way from the writer's thread to the loop.
    final class Outcomes: Sendable {
        private let waiting = Monitor([CommandOutcome]())

        /// True when the loop must be told, because it has been given all before.
        func append(_ outcome: CommandOutcome) -> Bool {
            waiting.withLock { waiting in
                waiting.append(outcome)
                return waiting.count == 1
            }
        }

        func takeAll() -> [CommandOutcome] {
            waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
        }
    }
}
