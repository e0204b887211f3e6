import JSON
import Marketplace
import Testing

@testable import Decisions

/// What the queue takes, and what it has no room for.
@Suite struct CommandQueueTests {
    private func request(weight: Int = 1) -> CommandRequest {
        let command = Command.adjustStock(AdjustStock(productId: "p", delta: 1))
        let submitted = SubmittedCommand(
            command: command, occurredAt: nil, idempotencyKey: nil, hash: Fingerprint(of: "p"))
        return CommandRequest(submitted, weight: weight) { _ in }
    }

    /// How many of so many requests are taken before the first that is not.
    private func taken(_ queue: CommandQueue, upTo count: Int, weight: Int = 1, isBulk: Bool) -> Int {
        (0..<count).first { _ in !queue.submit(request(weight: weight), isBulk: isBulk) } ?? count
    }

    @Test func manyInBulkLeaveRoomForSingleOnes() {
        let queue = CommandQueue()
        let (bulkMax, max) = (CommandQueue.bulkCommandsMax, CommandQueue.commandsMax)
        #expect(taken(queue, upTo: max, isBulk: true) == bulkMax)
        #expect(taken(queue, upTo: max, isBulk: false) == max - bulkMax)
        #expect(!queue.submit(request(), isBulk: true))
        #expect(queue.depth == max)
        // Taken all at once: there is room again.
        #expect(queue.takeAll()?.count == max)
        #expect(queue.submit(request(), isBulk: true))
    }

    @Test func manyHeavyOnesInBulkLeaveRoomForSingleOnes() {
        let queue = CommandQueue()
        let weight = 1 << 20
        let (bulkMax, max) = (CommandQueue.bulkBytesMax / weight, CommandQueue.bytesMax / weight)
        #expect(taken(queue, upTo: max, weight: weight, isBulk: true) == bulkMax)
        #expect(taken(queue, upTo: max, weight: weight, isBulk: false) == max - bulkMax)
        #expect(!queue.submit(request(), isBulk: false))
        #expect(queue.takeAll()?.count == max)
        #expect(queue.submit(request(weight: weight), isBulk: true))
    }

    @Test func aClosedQueueTakesNothingAndGivesWhatItHas() {
        let queue = CommandQueue()
        #expect(queue.submit(request()))
        queue.close()
        #expect(!queue.submit(request()))
        #expect(queue.takeAll()?.count == 1)
        #expect(queue.takeAll() == nil)
    }
}
