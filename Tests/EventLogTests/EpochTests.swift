import Testing

@testable import EventLog

/// A position and its epoch name one event for ever.
@Suite struct EpochTests {
    @Test func eachRunThatWritesHasAnEpochOfItsOwn() throws {
        let directory = TemporaryDirectory()
        var (epochs, first) = ([UInt64](), UInt64(0))
        for run in 0..<4 {
            let log = try EventLog.open(directory.path, options: .plain)
            first = run == 0 ? log.identity.high : first
            #expect(log.epochs.epoch(of: 0) == first)
            // What was written before keeps its epoch.
            for (index, epoch) in epochs.enumerated() { #expect(log.epochs.epoch(of: UInt64(index) + 1) == epoch) }
            if run != 2 {
                try log.makeWriter().write([0, 1])
                epochs.append(log.epochs.epoch(of: UInt64(epochs.count) + 1))
            }
            log.close()
        }
        #expect(Set(epochs).count == 3 && !epochs.contains(first))
        let read = try EventLog.openForReading(directory.path)
        #expect((1...3).map { read.epochs.epoch(of: $0) } == epochs)
        #expect(read.recovery.records == 9)
        #expect(try read.all().count == 6)
    }

    @Test func aRunThatWritesNoEventLeavesThePositionToTheNext() throws {
        let directory = TemporaryDirectory()
        var epochs: [UInt64] = []
        for counts in [[1], [0], [1]] {
            let log = try EventLog.open(directory.path, options: .plain)
            try log.makeWriter().write(counts)
            epochs.append(log.epochs.last.epoch)
            log.close()
        }
        let log = try EventLog.openForReading(directory.path)
        #expect(log.epochs.epoch(of: 1) == epochs[0])
        #expect(log.epochs.epoch(of: 2) == epochs[2])
        #expect(log.epochs.epoch(of: 9) == epochs[2])
    }

    @Test func theEpochOfAnyPositionIsFound() {
        var epochs = Epochs(first: 100)
        for index in 1...50 { epochs.begin(100 + UInt64(index), at: UInt64(index * 10)) }
        for position in 0..<600 { #expect(epochs.epoch(of: UInt64(position)) == 100 + UInt64(min(position / 10, 50))) }
    }

    @Test func theRecordIsReadBackAndNoOtherIsTakenForIt() {
        let identity = LogIdentity.random()
        for record in [EpochRecord(epoch: 0), EpochRecord(epoch: .max, identity: identity), EpochRecord(epoch: 0xAB)] {
            #expect(EpochRecord(record.body.span.bytes) == record)
        }
        for text in ["{\"commandkey\":\"k\"}", "{\"epoch\":\"0123456789abcde\"}", "{\"epoch\":\"x123456789abcdef\"}"] {
            var body: [UInt8] = []
            EventFrames.append(Array(text.utf8), publicLength: 0, to: &body)
            #expect(EpochRecord(body.span.bytes) == nil, "\(text)")
        }
    }

    /// What was made from the log proves how far it went.
    @Test func aWitnessOfMoreThanThereIsRefuses() throws {
        let directory = TemporaryDirectory()
        var witness = LogWitness(name: "w", identity: .random(), epoch: 0, position: 0)
        do {
            let log = try EventLog.open(directory.path, options: .plain)
            try log.makeWriter().write([1, 1, 1])
            witness = LogWitness(name: "w", identity: log.identity, epoch: log.epochs.epoch(of: 3), position: 3)
            log.close()
        }
        func open(_ change: (inout LogWitness) -> Void) throws(EventLogError) {
            var changed = witness
            change(&changed)
            let before = readFile(directory.path + "/log/00000000000000000001.log")
            defer { #expect(readFile(directory.path + "/log/00000000000000000001.log") == before) }
            try EventLog.open(DirectoryLock(directory.path), options: .plain, witnesses: [changed]).close()
        }
        try open { _ in }
        try open { $0.position = 0 }
        try open { $0.identity = .random() }
        for change: (inout LogWitness) -> Void in [{ $0.position = 4 }, { $0.epoch ^= 1 }, { $0.position = .max }] {
            #expect(throws: EventLogError.self) { try open(change) }
        }
        do throws(EventLogError) { try open { $0.position = 5 } } catch {
            guard case .lost(let loss) = error else { throw error }
            #expect(loss.last == 3 && loss.acknowledged == 5)
            #expect("\(error)".contains("positions 4 to 5") && "\(error)".contains("--accept-loss"))
        }
    }
}
