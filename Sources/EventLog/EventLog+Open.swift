import POSIX

extension EventLog {
    /// Opens the log in `directory` for writing: creates it if there is none, cuts a torn tail, refuses damage.
    ///
    /// Every record is read and its checksum verified, at the speed of the disk.
    public static func open(
        _ directory: String, options: EventLogOptions = EventLogOptions()
    ) throws(EventLogError) -> EventLog {
        try open(DirectoryLock(directory), options: options)
    }

    /// Opens the log of a locked directory for writing.
    ///
    /// Each of `witnesses` proves how far the log was acknowledged: where it does not reach so far, `.lost` or `.damaged` is
    /// thrown, and nothing is changed.
    public static func open(
        _ lock: DirectoryLock, options: EventLogOptions = EventLogOptions(), witnesses: [LogWitness] = []
    ) throws(EventLogError) -> EventLog {
        let directory = segmentDirectory(lock.path)
        var extent = LogExtent(segments: try segments(in: directory))
        var ending = LogExtent.Ending?.none
        if let newest = extent.segments.last {
            let isCopy = try files { () throws(SystemError) in try lock.mayBeCopy(newest.name) }
            ending = try extent.advance(isCopy ? .copiedBesideWriter : .alone)
        }
        try refuseLoss(extent, ending, witnesses, in: lock.path)

        let isNew = extent.segments.isEmpty
        if isNew {
            try files { () throws(SystemError) in try Directory.create(directory) }
            // A crash may have come between the making of `log/` and the sync of its name.
            try files { () throws(SystemError) in try Directory.synchronize(lock.path) }
            extent = LogExtent(segments: [try create(in: directory, options)])
            ending = try extent.advance(.alone)
        }
        // Before anything is changed: the same file may be in use under another name.
        _ = try SegmentHold(extent.segments[extent.end.segment], in: lock.path)
        let recovery = try files { () throws(SystemError) in
            try Segment.removeTemporaries(directory)
            return try extent.repair(ending, directory: directory)
        }
        let hold = try SegmentHold(extent.segments[extent.end.segment], in: lock.path)
        let newest = extent.segments[extent.end.segment].name
        lock.forgetSegments(except: [newest])
        try lock.name(newest)
        try lock.write()
        return EventLog(
            directory: lock.path, options: options, extent: extent, recovery: recovery, wasCreated: isNew, lock: lock,
            hold: hold)
    }

    /// Opens the log in `directory` to read it up to the last valid record there is now, also beside its writer: takes no
    /// lock, changes nothing, and cuts nothing. What it shows is on the disk.
    public static func openForReading(_ directory: String) throws(EventLogError) -> EventLog {
        let segments = try segments(in: segmentDirectory(directory))
        guard !segments.isEmpty else { throw .missing(directory: directory) }
        let extent = try advance(LogExtent(segments: segments), in: segmentDirectory(directory))
        let recovery = Recovery(records: extent.records, lastPosition: extent.nextPosition - 1)
        return EventLog(
            directory: directory, options: EventLogOptions(), extent: extent, recovery: recovery, wasCreated: false,
            lock: nil, hold: nil)
    }

    /// None where there is no log yet.
    static func segments(in directory: String) throws(EventLogError) -> [Segment] {
        do throws(SystemError) { return try Segment.list(directory) } catch {
            guard error.isMissingFile else { throw .system(error) }
            return []
        }
    }

    /// Follows the files beside their writer, and syncs what it found: the writer may not have come to that yet.
    static func advance(_ extent: LogExtent, in segmentDirectory: String) throws(EventLogError) -> LogExtent {
        var extent = extent
        extent.segments = try files { () throws(SystemError) in try Segment.list(segmentDirectory) }
        _ = try extent.advance(.besideWriter)
        try files { () throws(SystemError) in
            try FileDescriptor(opening: extent.segments[extent.end.segment].path, .read).synchronizeData()
        }
        return extent
    }

    /// Throws `.lost` where a witness knows of more than there was when the log was opened.
    public func refuseLoss(_ witnesses: [LogWitness]) throws(EventLogError) {
        try EventLog.refuseLoss(extent, nil, witnesses, in: directory)
    }

    /// Throws where a witness knows of more than the log has.
    private static func refuseLoss(
        _ extent: LogExtent, _ ending: LogExtent.Ending?, _ witnesses: [LogWitness], in directory: String
    ) throws(EventLogError) {
        let last = extent.nextPosition - 1
        var found = LogLoss.Found.end
        if case .tail(let tail) = ending, tail.end > extent.end.offset {
            found = .damage(segment: extent.segments[extent.end.segment].path, offset: extent.end.offset)
        }
        if extent.records == 0 {
            guard let witness = witnesses.max(by: { $0.position < $1.position }), witness.position > 0 else { return }
            throw .lost(
                LogLoss(
                    log: segmentDirectory(directory), found: found == .end ? .nothing : found, last: 0,
                    acknowledged: witness.position,
                    witness: witness.name))
        }
        guard let witness = witnesses.filter(extent.lacks).max(by: { $0.position < $1.position }) else { return }
        if witness.position <= last { found = .otherHistory }
        throw .lost(
            LogLoss(
                log: segmentDirectory(directory), found: found, last: last, acknowledged: witness.position,
                witness: witness.name))
    }

    /// The first segment of a new log.
    private static func create(in directory: String, _ options: EventLogOptions) throws(EventLogError) -> Segment {
        let segment = Segment(directory: directory, firstPosition: 1)
        let header = SegmentHeader(
            identity: .random(), firstPosition: 1, createdAt: Clock.wallMilliseconds, tag: options.creationTag)
        try files { () throws(SystemError) in
            try segment.make(header)
            try segment.finishMaking(in: directory)
        }
        return segment
    }
}

extension LogExtent {
    /// Whether the witness knows of an event that is not there. One of an identity that the log gave up knows of what was accepted
    /// to be gone; one that the log does not have yet, of a loss that was accepted later than the log goes.
    fileprivate func lacks(_ witness: LogWitness) -> Bool {
        guard witness.isTrusted, witness.position > 0 else { return false }
        if witness.identity == identity {
            return witness.position >= nextPosition || epochs.epoch(of: witness.position) != witness.epoch
        }
        return witness.identity.low == identity.low && !earlierIdentities.contains(witness.identity)
    }
}
