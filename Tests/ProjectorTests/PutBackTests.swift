import EventLog
import Foundation
import JSON
import Marketplace
import Testing

@testable import LMDB
@testable import Projector
@testable import Views

/// Views that are ahead of their sync point, or in the middle of a batch, when the machine or the process ends.
@Suite struct PutBackTests {
    @Test func viewsGoBackToTheirSyncPointAndForwardAgain() throws {
        let directory = TemporaryDirectory()
        let (log, builds, build) = try made(in: directory, events: 200)
        try apply(log, to: build, upTo: 100)
        try builds.switchCurrent(to: build)
        let pointTallies = try build.beginRead().tallies()
        try apply(log, to: build, upTo: 200)
        let endTallies = try build.beginRead().tallies()
        #expect(pointTallies != endTallies)

        // Everything that was written reached the disk, but nobody can know that.
        let image = directory.path + "/image"
        try FileManager.default.copyItem(atPath: build.path, toPath: image)
        let point = try #require(try SyncPointFile.read(in: image))
        var file = try SyncPointFile.open(in: image)
        try file.write(boot: Array("an earlier one".utf8), head: point.head)

        #expect(throws: ViewBuild.Unusable.self) {
            try ViewBuild.open(path: image, currency: Currency("GBP")!, isReadOnly: true)
        }
        let opened = try ViewBuild.open(path: image, currency: Currency("GBP")!)
        #expect(try opened.checkpoint().position == 100)
        #expect(try opened.beginRead().tallies() == pointTallies)
        for (table, tally) in zip(ViewTable.allCases, pointTallies) {
            #expect(try opened.beginRead().recomputedTally(table) == tally, "\(table.name)")
        }
        // Opening made a sync point of its own, of this start of the machine.
        #expect(try SyncPoints.standing(of: image) == .current)
        try apply(log, to: opened, upTo: 200)
        #expect(try opened.beginRead().tallies() == endTallies)
    }

    /// A process that ends between any two transactions of a batch in steps.
    @Test func aPartOfABatchIsTakenBack() throws {
        let directory = TemporaryDirectory()
        let (log, builds, build) = try made(in: directory, events: 200)
        try apply(log, to: build, upTo: 100)
        try builds.switchCurrent(to: build)
        let pointTallies = try build.beginRead().tallies()

        var images: [String] = []
        var writer = try build.beginWrite(commits: .inSteps(rowsMax: 60))
        writer.afterStep = {
            let image = directory.path + "/image \(images.count)"
            do { try FileManager.default.copyItem(atPath: build.path, toPath: image) } catch { Issue.record(error) }
            images.append(image)
        }
        for index in 100..<200 {
            try writer.apply(event(index), at: Moment(position: UInt64(index + 1), time: Timestamp(milliseconds: 0)))
        }
        try writer.commit(position: 200, epoch: 1)
        let endTallies = try build.beginRead().tallies()
        #expect(try build.checkpoint().position == 200)
        // A user is a row in two tables, and 200 rows are four steps.
        #expect(images.count == 3)

        for image in images {
            #expect(throws: ViewBuild.Unusable.self) {
                try ViewBuild.open(path: image, currency: Currency("GBP")!, isReadOnly: true)
            }
            let opened = try ViewBuild.open(path: image, currency: Currency("GBP")!)
            #expect(try opened.checkpoint().position == 100)
            for (table, tally) in zip(ViewTable.allCases, pointTallies) {
                #expect(try opened.beginRead().recomputedTally(table) == tally, "\(table.name)")
            }
            try apply(log, to: opened, upTo: 200)
            #expect(try opened.beginRead().tallies() == endTallies)
        }
    }

    /// One that lives on does not go on from there either.
    @Test func nothingGoesOnFromAPartOfABatch() throws {
        let directory = TemporaryDirectory()
        let (log, _, build) = try made(in: directory, events: 10)
        var writer = try build.beginWrite(commits: .inSteps(rowsMax: 1))
        var steps = 0
        writer.afterStep = {
            steps += 1
            #expect(throws: LMDBError.self) { try build.checkpoint() }
        }
        try writer.apply(event(0), at: Moment(position: 1, time: Timestamp(milliseconds: 0)))
        try writer.commit(position: 1, epoch: 1)
        #expect(steps > 0)
        try apply(log, to: build, upTo: 10)
    }

    @Test func theProjectorBringsItsCommitsToTheDisk() throws {
        let directory = TemporaryDirectory()
        let (log, builds, build) = try made(in: directory, events: 50)
        try builds.switchCurrent(to: build)
        let projector = Projector(build: build, log: log, freshness: Freshness())
        try projector.catchUp { _ in }
        // The newest root is the sync point's, so what the disk holds now is all of it.
        let point = try #require(try SyncPointFile.read(in: build.path))
        let head = try Data(contentsOf: URL(filePath: build.path + "/data.mdb")).prefix(point.head.count)
        #expect(point.head == Array(head))
        #expect(try build.checkpoint().position == 50)
    }

    /// A log of some events, and a build that has none of them.
    private func made(in directory: TemporaryDirectory, events: Int) throws -> (EventLog, ViewDirectory, ViewBuild) {
        let log = try EventLog.open(directory.path, options: EventLogOptions(diskReserveBytes: 0))
        try append(events, to: log)
        let builds = ViewDirectory(dataDirectory: directory.path)
        let build = try builds.makeBuild(
            currency: Currency("GBP")!, identityHigh: log.identity.high, identityLow: log.identity.low)
        return (log, builds, build)
    }

    private func event(_ index: Int) -> Event {
        .userRegistered(
            UserRegistered(userId: Text("u\(index)"), name: "N", email: nil, role: .seller, country: nil))
    }

    private func append(_ count: Int, to log: EventLog) throws {
        let writer = try log.makeWriter()
        try writer.beginBatch()
        for index in 0..<count {
            let event = event(index)
            var json = ByteWriter(capacity: 512)
            let publicLength = EventEnvelope.write(
                event, position: writer.nextPosition, identity: Text(log.identity.uuidString),
                time: Timestamp(milliseconds: 0),
                commandKey: nil, commandHash: nil, currency: Currency("GBP")!, into: &json)
            var record: [UInt8] = []
            EventFrames.append(json.withUnsafeBytes { Array($0) }, publicLength: publicLength, to: &record)
            _ = try writer.append(body: record.span.bytes, eventCount: 1, recordedAt: 0)
        }
        try writer.commit()
    }

    private func apply(_ log: EventLog, to build: ViewBuild, upTo end: UInt64) throws {
        let projection = try Projection(build, log, commits: .atOnce)
        while try projection.step(upTo: end, recordsMax: 10) {}
        #expect(projection.position == end)
    }
}
