import EventLoop
import HTTP
import JSON
import POSIX

/// One serving thread: its loop, its listener, its clients and what they share. Nothing here is shared with other loops.
///
/// Other threads reach it through `mailbox` only.
public final class ServerLoop {
    /// The output buffer keeps this much between answers.
    static let keptOutputBytes = 1024 * 1024

    public let index: Int
    public let options: LoopOptions
    public let loop: EventLoop
    public let mailbox: LoopMailbox
    public var isDraining: Bool { hot.pointee.isDraining }
    /// Whether endless answers are to end.
    public private(set) var isEndingStreams = false

    let parser = RequestParser()
    /// Answers are appended here and written at the end of each read. Behind a pointer: a property of a class would be
    /// checked for exclusive access on every append.
    let output: UnsafeMutablePointer<ByteWriter>
    let date: UnsafeMutablePointer<DateHeader>
    let handler: any RequestHandler
    /// What every read looks at, behind a pointer for the same reason.
    private let hot: UnsafeMutablePointer<Hot>

    private let counters: LoopCounters
    private var listener: Listener?
    private var connections: [UInt64: HTTPConnection] = [:]
    private var turnedAway = 0
    private var lastID: UInt64 = 0
    /// What the connections' input buffers hold together.
    var bufferedInput = 0
    private var drainTimer: LoopTimer?
    private var drainBegan_ms: UInt64 = 0
    /// Until it has been called.
    private var onQuiet: (() -> Void)?
    /// Answers of this tick that are not written yet: whose, and where each ends in `output`.
    private var held: [(connection: HTTPConnection, end: Int)] = []

    private struct Hot {
        var values = LoopCounters.Values()
        var dateIsGoodUntil_ms: UInt64 = 0
        var isServing = false
        var isDraining = false
    }

    init(
        index: Int, options: LoopOptions, mailbox: LoopMailbox, counters: LoopCounters,
        makeHandler: (EventLoop, LoopMailbox) -> any RequestHandler
    ) {
        (self.index, self.options, self.mailbox, self.counters) = (index, options, mailbox, counters)
        loop = EventLoop(timerGranularity_ms: options.timerGranularity_ms)
        loop.queuedOutputMaximum = options.queuedOutputMaximum
        output = .allocate(capacity: 1)
        output.initialize(to: ByteWriter(capacity: 64 * 1024))
        date = .allocate(capacity: 1)
        date.initialize(to: DateHeader(milliseconds: Clock.wallMilliseconds))
        hot = .allocate(capacity: 1)
        hot.initialize(to: Hot())
        handler = makeHandler(loop, mailbox)
    }

    deinit {
        output.deinitialize(count: 1)
        output.deallocate()
        date.deinitialize(count: 1)
        date.deallocate()
        hot.deallocate()
    }

    var values: LoopCounters.Values {
        _read { yield hot.pointee.values }
        _modify { yield &hot.pointee.values }
    }

    /// The connection with this id, unless it is gone: then there is nobody to answer.
    public func connection(_ id: UInt64) -> HTTPConnection? { connections[id] }

    /// Serves until `drain` has ended.
    func run() {
        let waker = Waker(on: loop) { [unowned self] in
            for work in mailbox.takeAll() { work(self) }
        }
        mailbox.open(waker)
        loop.onTickEnd = { [unowned self] in
            sendHeld()
            counters.publish(values)
            if onQuiet != nil { reportQuiet() }
        }
        loop.run()
        loop.onTickEnd = nil
        counters.publish(values)
    }

    // MARK: Clients

    func listen(on socket: ListeningSocket) throws(UVError) {
        listener = try Listener(on: loop, socket: socket) { [unowned self] in admit() }
    }

    private func admit() -> Connection? {
        let isFull = connections.count - turnedAway >= options.connectionsMaximum
        // When the server ends, whoever waits to be taken is told.
        if isFull && turnedAway >= options.refusalsMaximum && !isDraining { return nil }
        lastID += 1
        let connection = HTTPConnection(on: self, id: lastID, isTurnedAway: isFull)
        connections[lastID] = connection
        values.accepted &+= 1
        values.connections = connections.count
        if isFull {
            turnedAway += 1
            values.refusedConnections &+= 1
        }
        return connection
    }

    func forget(_ connection: HTTPConnection) {
        connections[connection.id] = nil
        values.connections = connections.count
        if connection.isTurnedAway { turnedAway -= 1 }
        if isDraining { endIfDrained() } else { listener?.resume() }
    }

    // MARK: Serving

    func beginServing() {
        precondition(
            !hot.pointee.isServing, "an answer was completed from within `handle`: append it to the output there")
        hot.pointee.isServing = true
        renewDate()
    }

    func endServing() { hot.pointee.isServing = false }

    /// More than this is not held back: what waits behind it has waited long enough.
    private static let heldBytesMaximum = 256 * 1024
    private static let heldCountMaximum = 64

    /// Remembers that what was appended since the last call is for `connection`.
    func hold(for connection: HTTPConnection) {
        let end = output.pointee.count
        guard end > held.last?.end ?? 0 else { return }
        held.append((connection, end))
        if end >= ServerLoop.heldBytesMaximum || held.count >= ServerLoop.heldCountMaximum { sendHeld() }
    }

    /// Writes what the tick has answered so far.
    ///
    /// Together rather than each at once: a client that is woken by the first write finds the others' when it has read
    /// that, where it would sleep and be woken anew for each; and code and data of the queries stay in the CPU's caches.
    func sendHeld() {
        guard !held.isEmpty else { return }
        let buffer = output
        var start = 0
        for (connection, end) in held {
            buffer.pointee.withUnsafeBytes { connection.write(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
            if connection.isBackedUp { connection.pauseReading() }
            start = end
        }
        values.bytesOut &+= start
        held.removeAll(keepingCapacity: true)
        buffer.pointee.removeAll()
        if start > ServerLoop.keptOutputBytes { buffer.pointee.shrink(to: ServerLoop.keptOutputBytes) }
    }

    /// Formats `Date` again when its second is over.
    func renewDate() {
        let now_ms = loop.now_ms
        guard now_ms >= hot.pointee.dateIsGoodUntil_ms else { return }
        let wall_ms = Clock.wallMilliseconds
        date.pointee.set(milliseconds: wall_ms)
        hot.pointee.dateIsGoodUntil_ms = now_ms + 1_000 - UInt64(wall_ms % 1_000)
    }

    // MARK: The end

    /// Stops listening, closes idle clients, lets running requests finish within `drainDeadline_ms` and ends the loop.
    ///
    /// A request runs once its first byte has arrived, read or not, also if its client waits to be accepted.
    /// Endless answers go on until `endStreams`: what running requests bring about is for them, too.
    func drain(onQuiet: @escaping () -> Void = {}) {
        guard !isDraining else { return }
        hot.pointee.isDraining = true
        self.onQuiet = onQuiet
        drainBegan_ms = loop.now_ms
        sendHeld()
        listener?.closeTakingAll()
        listener = nil
        let timer = LoopTimer(on: loop) { [unowned self] in
            for connection in Array(connections.values) where isEndingStreams || !connection.isEndless {
                connection.close()
            }
        }
        timer.start(milliseconds: options.drainDeadline_ms)
        drainTimer = timer
        for connection in Array(connections.values) { connection.drain() }
        endIfDrained()
    }

    /// Ends endless answers once their handler has given all of them. They have what is left of `drainDeadline_ms`, or a second.
    func endStreams() {
        guard isDraining, !isEndingStreams else { return }
        isEndingStreams = true
        let passed_ms = loop.now_ms - drainBegan_ms
        drainTimer?.start(milliseconds: max(options.drainDeadline_ms, passed_ms + 1_000) - passed_ms)
        handler.drain()
    }

    /// Says once that no request is running or may still come.
    private func reportQuiet() {
        guard !connections.values.contains(where: { !$0.isClosing && !$0.isEndless }) else { return }
        onQuiet?()
        onQuiet = nil
    }

    private func endIfDrained() {
        guard connections.isEmpty else { return }
        reportQuiet()
        drainTimer = nil
        // With the waker gone nothing keeps the loop running.
        mailbox.close()
    }
}
