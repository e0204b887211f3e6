import CLibUV

/// The open loop: what is due is sent whatever became of the requests before it.
extension LoadLoop {
    /// Sends all that is due over free connections, and opens more when they do not suffice.
    func sendDue(at now: UInt64) {
        guard case .open(let pacing) = plan.mode, !isEnding else { return }
        while true {
            let due = pacing.due(nextIndex)
            guard due <= now && due < end else { return }
            // With none free the next answer, connection or tick comes back here.
            guard let connection = free.popLast() else { return openMore(pacing, at: now) }
            nextIndex += 1
            send(over: connection, startedAt: due, at: now)
        }
    }

    /// The last step before the loop sleeps: sends what has become due meanwhile, and sets the wake-up for the next. Setting
    /// it for each answer instead would cost more than the answers do, for each reprograms the processor's timer.
    func prepareToSleep() {
        let now = uv_hrtime()
        sendDue(at: now)
        guard case .open(let pacing) = plan.mode, !isEnding else { return }
        let due = pacing.due(nextIndex)
        if due > now && due < end { dueTimer?.arm(at: due) }
    }

    /// One more connection for each waiting request, up to the bound.
    private func openMore(_ pacing: Pacing, at now: UInt64) {
        let waiting = pacing.count(before: min(now + 1, end)) - nextIndex
        while connectingCount < waiting, let slot = closedSlots.popLast() { open(slot) }
    }

    /// Gives up the request that has waited longest. False when none is due; a closed loop always has one to lose.
    func takeOldestDue(at now: UInt64) -> Bool {
        guard case .open(let pacing) = plan.mode else { return true }
        let due = pacing.due(nextIndex)
        guard due <= now && due < end else { return false }
        nextIndex += 1
        return true
    }

    func countUnsent(at now: UInt64) {
        guard case .open(let pacing) = plan.mode else { return }
        let dueCount = pacing.count(before: end)
        while nextIndex < dueCount {
            let due = pacing.due(nextIndex)
            if due >= plan.measureFrom { statistics.countUnsent(waited: now - due) }
            nextIndex += 1
        }
    }
}
