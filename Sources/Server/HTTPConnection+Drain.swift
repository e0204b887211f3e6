import EventLoop

/// How a client is let go when the server ends.
///
/// Every request of which something had arrived by then is answered, whether it was read already, buffered, or still in the
/// kernel. `owed` counts those bytes down: the answer to the request that uses up the last one says that it is the last.
extension HTTPConnection {
    /// The server ends: idle clients go, others after their answers.
    func drain() {
        owed = bufferedInput + arrivedInput
        guard owed == 0 else { return }
        // The head of an answer that has begun cannot say it any more.
        if !isSuspended || !hasAnswerBegun { persistence = .closing }
        if isIdle { endIdle() }
    }

    /// Nothing of a request is there, as far as this side has read.
    var isIdle: Bool { phase == .idle && bufferedInput == 0 && !isClosing }

    /// Whether the answer being made is the last one for this client because the server ends.
    var isLastAnswer: Bool { server.isDraining && owed <= 0 }

    /// Takes bytes that are done with, or those of a request that begins, off what is owed.
    func settle(_ length: Int) {
        if server.isDraining { owed -= length }
    }

    /// Lets an idle client go: at once, unless it was served so lately that its next request may be under way.
    func endIdle() {
        let silence_ms = server.loop.now_ms - servedAt_ms
        if silence_ms <= 2 * server.options.busyClient_ms {
            setDeadline(milliseconds: server.options.busyClient_ms)
        } else {
            endSilent()
        }
    }

    /// Lets an idle client go now.
    func endSilent() {
        if arrivedInput > 0 {
            // It is read in this turn of the loop.
            setDeadline(milliseconds: server.options.headDeadline_ms)
        } else if queuedOutput > 0 {
            finish()
        } else {
            close()
        }
    }
}
