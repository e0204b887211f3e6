import Decisions
import EventLog
import Foundation
import JSON
import LMDB
import Marketplace
import POSIX
import Testing
import Views

@testable import Projector

/// A long random market: the views must say what a naive recomputation from the log says, however it is cut into batches.
@Suite struct ProjectionModelTests {
    @Test func viewsAreWhatTheEventsSayInAnyBatches() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("viewsAreWhatTheEventsSayInAnyBatches: seed \(seed)")
        let directory = TemporaryDirectory()
        let options = EventLogOptions(segmentBytes: 64 << 10, growthBytes: 16 << 10, diskReserveBytes: 0)
        let log = try EventLog.open(directory.path, options: options)
        var random = RandomCommands(seed: seed)
        var events: [StoredEvent] = []
        // A few thousand commands nearly always, but not surely, come to every type of event.
        let decisions = try makeDecisions(log, directory.path)
        for round in 1...20 where round <= 4 || Set(events.map { "\($0.event.type)" }).count < 14 {
            try decide(1_000, &random, decisions)
            events = try readEvents(log)
        }
        decisions.stop()
        try #require(events.count > 500)
        #expect(Set(events.map { "\($0.event.type)" }).count == 14)

        let builds = ViewDirectory(dataDirectory: directory.path)
        let end = log.durablePosition
        let whole = try makeBuild(builds, log)
        try apply(log, to: whole, recordsMax: .max)
        let expected = try tallies(whole)
        let freshness = Freshness()
        freshness.publish(applied: end)
        var answers = try Answers(whole, freshness, seed: seed)
        try answers.expect(NaiveMarket(events))

        for recordsMax in [1, 7, 256] {
            let build = try makeBuild(builds, log)
            try apply(log, to: build, recordsMax: recordsMax)
            #expect(try tallies(build) == expected, "in batches of \(recordsMax)")
        }
        for (recordsMax, rowsMax) in [(50, 1), (700, 40), (.max, 1_000)] {
            let build = try makeBuild(builds, log)
            try apply(log, to: build, recordsMax: recordsMax, commits: .inSteps(rowsMax: rowsMax))
            #expect(try tallies(build) == expected, "in batches of \(recordsMax), in steps of \(rowsMax)")
        }
        try followAndAsk(makeBuild(builds, log), log, events, expected, &random)
    }

    /// Random batches with a reader beside them that keeps its answers.
    private func followAndAsk(
        _ build: ViewBuild, _ log: EventLog, _ events: [StoredEvent], _ expected: [Tally],
        _ random: inout RandomCommands
    ) throws {
        let freshness = Freshness()
        var answers = try Answers(build, freshness, seed: UInt64(random.int(0...Int64.max)))
        let stops = (1...4).map { _ in UInt64(random.int(1...Int64(events.count))) }.sorted() + [log.durablePosition]
        for stop in stops {
            // Each time a new projection, as after a restart.
            let projection = try Projection(build, log, commits: .atOnce)
            while try projection.step(
                upTo: stop, recordsMax: Int(random.int(1...50)), beforeCommit: { freshness.stamp($0, at: $1) })
            {}
            #expect(projection.position == stop)
            freshness.publish(applied: stop)
            try answers.expect(NaiveMarket(events.prefix(Int(stop))))
        }
        #expect(try tallies(build) == expected, "with a reader beside it")
    }

    // MARK: Parts

    private func makeDecisions(_ log: EventLog, _ path: String) throws -> Decisions {
        let troubles = Decisions.Troubles(
            onFatal: { fatalError("\($0)") }, onTrouble: { Issue.record("\($0)") })
        return try Decisions(
            log: log, directory: path, currency: Currency("GBP")!, troubles: troubles, onProgress: { _, _ in })
    }

    /// Sends random commands in groups, so that the writer's batches are of many sizes, until `count` were answered.
    private func decide(_ count: Int, _ random: inout RandomCommands, _ decisions: Decisions) throws {
        let answered = Monitor(0)
        var sent = 0
        while sent < count {
            for _ in 0..<random.int(1...80) {
                let request = CommandRequest(random.submitted(), weight: 100) { _ in answered.update { $0 += 1 } }
                #expect(decisions.queue.submit(request))
                sent += 1
            }
            let all = sent
            answered.wait { $0 == all ? () : nil }
        }
    }

    private func readEvents(_ log: EventLog) throws -> [StoredEvent] {
        let reader = try log.makeReader(after: 0)
        var parser = JSONParser()
        var events: [StoredEvent] = []
        while try reader.next() {
            guard reader.eventCount > 0 else { continue }
            var frames = EventFrames(reader.body)
            while frames.advance() { events.append(try EventEnvelope.decode(frames.allBytes, parser: &parser)) }
        }
        #expect(events.map(\.position) == Array(1...log.durablePosition))
        return events
    }

    private func makeBuild(_ builds: ViewDirectory, _ log: EventLog) throws -> ViewBuild {
        try builds.makeBuild(
            currency: Currency("GBP")!, identityHigh: log.identity.high, identityLow: log.identity.low)
    }

    @Test func aDescriptionHasARowOfItsOwnOnlyWhileItIsLong() throws {
        let market = try ChangingMarket(seed: 1)
        try market.write([market.added(category: 0, seller: 0, price: 1)])
        let long = Text(String(repeating: "d", count: 300))
        func expect(_ rows: UInt64, after description: Change<Text>) throws {
            let event = ProductUpdated(productId: market.products[0].id, description: description)
            try market.write([.productUpdated(event)])
            let tallies = zip(ViewTable.allCases, try market.build.beginRead().tallies())
            #expect(tallies.first { $0.0 == .productDescriptions }?.1.rows == rows, "\(description)")
        }
        try expect(1, after: .set(long))
        try expect(0, after: .set("short"))
        try expect(1, after: .set(long))
        try expect(0, after: .clear)
    }

    private func apply(_ log: EventLog, to build: ViewBuild, recordsMax: Int, commits: ViewWriter.Commits = .atOnce)
        throws
    {
        let projection = try Projection(build, log, commits: commits)
        while try projection.step(upTo: log.durablePosition, recordsMax: recordsMax) {}
        #expect(projection.position == log.durablePosition)
    }

    /// The kept tallies, which must be those of the rows.
    private func tallies(_ build: ViewBuild) throws -> [Tally] {
        let snapshot = try build.beginRead()
        let kept = try snapshot.tallies()
        for (table, tally) in zip(ViewTable.allCases, kept) {
            #expect(try snapshot.recomputedTally(table) == tally, "table \(table.name)")
            #expect(tally.rows > 0, "table \(table.name) was not put to the test")
        }
        return kept
    }
}
