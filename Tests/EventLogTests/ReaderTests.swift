import POSIX
import Testing

@testable import EventLog

@Suite struct ReaderTests {
    /// Room for batches that span several entries of the position index.
    private static let options = EventLogOptions(segmentBytes: 1 << 20, growthBytes: 256 << 10, diskReserveBytes: 0)

    private static func expected(_ written: [Entry], after position: UInt64) -> [Entry] {
        written.filter { max($0.position + UInt64($0.eventCount) - 1, $0.position) > position }
    }

    @Test func readingBeginsAfterAnyPosition() throws {
        let directory = TemporaryDirectory()
        var written: [Entry] = []
        for isReopened in [false, true] {
            let log = try EventLog.open(directory.path, options: ReaderTests.options)
            defer { log.close() }
            if !isReopened {
                let writer = try log.makeWriter()
                for _ in 0..<3 { written += try writer.write((0..<240).map { $0 % 4 }, bytes: 2_000) }
                #expect(log.segmentPaths.count >= 2)
            }
            for position in 0...log.durablePosition + 1 {
                let reader = try log.makeReader(after: position)
                let expected = ReaderTests.expected(written, after: position)
                if position % 97 == 0 || expected.count < 3 {
                    #expect(try reader.rest() == expected)
                } else {
                    #expect(try reader.next())
                    #expect(reader.entry == expected[0])
                }
            }
        }
    }

    @Test func recordsWithoutEventsTakeNoPositionAndAreDelivered() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .plain)
        let writer = try log.makeWriter()
        var written = try writer.write([0, 0])
        #expect(log.durablePosition == 0)
        #expect(written.map(\.position) == [1, 1])
        let reader = try log.makeReader(after: 0)
        #expect(try reader.rest(upTo: 0) == written)
        written += try writer.write([2, 0])
        #expect(try reader.rest(upTo: 1) == [])
        #expect(try reader.rest(upTo: 2) == Array(written[2...]))
        #expect(try log.makeReader(after: 2).rest() == [written[3]])
        #expect(try log.makeReader(after: 3).rest() == [])
        log.close()
        let again = try EventLog.open(directory.path, options: .plain)
        #expect(again.recovery.lastPosition == 2)
        #expect(again.recovery.records == 1 + 4)
        #expect(try again.all() == written)
    }

    /// Segments are named by their first position: two of the same name would be one.
    @Test func segmentOfRecordsWithoutEventsIsNotReplaced() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .small)
        let writer = try log.makeWriter()
        var written = try writer.write([1] + [Int](repeating: 0, count: 100), bytes: 3_000)
        for _ in 0..<3 { written += try writer.write([Int](repeating: 0, count: 30), bytes: 3_000) }
        written += try writer.write([1, 1])
        #expect(try log.all() == written)
        #expect(entries(directory.path + "/log").count == 3)
        log.close()
        #expect(try EventLog.open(directory.path, options: .small).all() == written)
    }

    @Test func recordPartlyBeyondTheLimitIsNotDelivered() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .plain)
        let written = try log.makeWriter().write([1, 3, 1])
        let reader = try log.makeReader(after: 0)
        #expect(try reader.rest(upTo: 3) == [written[0]])
        #expect(reader.position == 1)
        #expect(try reader.rest(upTo: 4) == [written[1]])
        #expect(try reader.rest() == [written[2]])
    }

    @Test func uncommittedRecordsAreInvisible() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .plain)
        let writer = try log.makeWriter()
        let reader = try log.makeReader(after: 0)
        try writer.beginBatch()
        let entry = Entry(position: 1, events: 1)
        #expect(try writer.append(entry) == .appended(position: 1))
        #expect(try reader.next() == false)
        #expect(log.durablePosition == 0)
        try writer.commit()
        #expect(try reader.rest() == [entry])
    }

    @Test func thousandsOfRecordsAreOneBatch() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .plain)
        let writer = try log.makeWriter()
        let written = try writer.write([Int](repeating: 1, count: 20_000), bytes: 256)
        #expect(try log.all() == written)
        // Eight MiB end a batch.
        try writer.beginBatch()
        var count = 0
        while try writer.append(Entry(position: writer.nextPosition, events: 1, bytes: 1 << 20)) != .batchFull {
            count += 1
        }
        #expect(count == 7)
        try writer.commit()
        #expect(log.durablePosition == 20_007)
    }

    @Test func readerFollowsAWriterThread() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .small)
        let failures = Monitor<[String]>([])
        let written = Monitor<[Entry]>([])
        let thread = Thread(name: "writer") {
            do {
                let writer = try log.makeWriter()
                for round in 0..<300 {
                    let entries = try writer.write([1, round % 3, 0, 2], bytes: 50 + round * 7)
                    written.update { $0 += entries }
                }
            } catch { failures.update { $0.append("\(error)") } }
        }
        var read: [Entry] = []
        let reader = try log.makeReader(after: 0)
        while read.count < 1_200, failures.withLock({ $0.isEmpty }) {
            guard reader.wait(milliseconds: 10_000) else { break }
            while try reader.next() {
                read.append(reader.entry)
                #expect(reader.position + UInt64(reader.eventCount) - 1 <= log.durablePosition)
            }
        }
        thread.join()
        #expect(failures.withLock { $0 } == [])
        #expect(read == written.withLock { $0 })
        #expect(log.segmentPaths.count > 10)
    }

    /// The files are read while they are written: a batch that is seen in part must not look like damage.
    @Test func logOpenedForReadingFollowsItsWriter() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .small)
        let failures = Monitor<[String]>([])
        let isDone = Monitor(false)
        let thread = Thread(name: "writer") {
            do {
                let writer = try log.makeWriter()
                for round in 0..<400 { try writer.write([1, 2, 0], bytes: 50 + round * 5) }
            } catch { failures.update { $0.append("\(error)") } }
            isDone.update { $0 = true }
        }
        defer { thread.join() }
        let other = try EventLog.openForReading(directory.path)
        #expect(other.identity == log.identity)
        let reader = try other.makeReader(after: 0)
        var read: [Entry] = []
        var isLast = false
        while !isLast {
            isLast = isDone.withLock { $0 }
            let position = try other.refresh()
            read += try reader.rest()
            #expect(position == other.durablePosition)
        }
        #expect(read == (try log.all()))
        #expect(read.count == 1_200)
        #expect(failures.withLock { $0 } == [])
    }

    /// Looked at, then written and followed by another batch, then looked at behind it: the same bytes are damage only if
    /// nobody can have written them meanwhile.
    @Test func writerThatWentOnIsNoDamage() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .small)
        let writer = try log.makeWriter()
        try writer.write([1])
        let segments = try Segment.list(log.segmentDirectory)
        var extent = LogExtent(segments: segments)
        var window = try SegmentWindow(segments[0])
        let fault = try extent.walk(&window)
        #expect(fault == .missing)
        #expect(try extent.examineEnd(&window, fault, .besideWriter)?.tail?.provenBy == nil)
        try writer.write([1])
        try writer.write([1])
        #expect(throws: EventLogError.self) { _ = try examine(extent, fault, .alone) }
        #expect(try examine(extent, fault, .besideWriter) == false)
        let found = try extent.advance(.besideWriter)
        #expect(found.tail?.provenBy == nil)
        #expect(extent.nextPosition == 4)

        /// Whether what is behind `extent` is its end.
        func examine(
            _ extent: LogExtent, _ fault: RecordFault, _ company: LogExtent.Company
        ) throws(EventLogError) -> Bool {
            try extent.examineEnd(&window, fault, company) != nil
        }
    }

    @Test func waitingEndsWithAnEventATimeoutOrTheEnd() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog.open(directory.path, options: .plain)
        let writer = try log.makeWriter()
        #expect(log.waitForDurable(beyond: 0, milliseconds: 1) == 0)
        let answer = Monitor<UInt64?>(nil)
        let thread = Thread(name: "waiter") {
            let position = log.waitForDurable(beyond: 1, milliseconds: 60_000)
            answer.update { $0 = position }
        }
        try writer.write([1])
        try writer.write([0])
        try writer.write([3])
        #expect(answer.wait(milliseconds: 30_000) { $0 } == 4)
        thread.join()
        #expect(log.waitForDurable(beyond: 3, milliseconds: 60_000) == 4)
        log.wakeWaiters()
        #expect(log.waitForDurable(beyond: 4, milliseconds: 60_000) == 4)
        let reader = try log.makeReader(after: 4)
        #expect(try !reader.next())
        #expect(!reader.wait(milliseconds: 60_000))
    }

    @Test func missingLogIsNotMadeByReading() {
        let directory = TemporaryDirectory()
        #expect(throws: EventLogError.missing(directory: directory.path)) {
            try EventLog.openForReading(directory.path)
        }
        #expect(entries(directory.path) == [])
    }

    /// Random batches, sizes, starts and reads against a plain array.
    @Test func whateverIsWrittenIsReadBack() throws {
        let seed = UInt64.random(in: 0...999_999)
        var random = SeededGenerator(seed: seed)
        let directory = TemporaryDirectory()
        var written: [Entry] = []
        var failure: String?
        for start in 0..<12 {
            let options = EventLogOptions(
                segmentBytes: .random(in: 8_192...200_000, using: &random),
                growthBytes: .random(in: 4_096...40_000, using: &random), diskReserveBytes: 0)
            let log = try EventLog.open(directory.path, options: options)
            defer { log.close() }
            if try log.all() != written { failure = "start \(start)" }
            let writer = try log.makeWriter()
            for batch in 0..<Int.random(in: 0...12, using: &random) {
                let counts = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    Int.random(in: 0...4, using: &random)
                }
                let isLarge = Int.random(in: 0..<10, using: &random) == 0
                written += try writer.write(counts, bytes: .random(in: 1...(isLarge ? 20_000 : 700), using: &random))
                let position = UInt64.random(in: 0...log.durablePosition, using: &random)
                if try log.makeReader(after: position).rest() != ReaderTests.expected(written, after: position) {
                    failure = "start \(start), batch \(batch), after \(position)"
                }
            }
        }
        #expect(failure == nil, "seed \(seed)")
    }
}
