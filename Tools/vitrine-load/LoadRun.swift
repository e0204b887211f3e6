import CLibUV
import Glibc
import POSIX
import Synchronization

/// Runs a plan on threads of its own and merges what they counted.
struct LoadRun {
    let plan: LoadPlan
    /// How often a terminal sees progress.
    private static let progressMilliseconds = 500

    fileprivate struct Outcome: Sendable {
        var finished = 0
        var statistics: LoopStatistics?
        var failure: LoadError?
    }

    func run() throws(LoadError) -> LoadReport {
        try plan.requireResources()
        stopOnInterrupt()
        let outcome = Monitor(Outcome())
        let begin = uv_hrtime()
        var threads: [Thread] = []
        var progress: [LoopProgress] = []
        let loopPlans = plan.loopPlans(begin: begin)
        for loopPlan in loopPlans {
            let loopProgress = LoopProgress()
            progress.append(loopProgress)
            threads.append(
                Thread(name: "load loop") {
                    let result = Result { () throws(LoadError) in
                        try LoadLoop(plan: loopPlan, progress: loopProgress).run()
                    }
                    outcome.update { $0.add(result) }
                })
        }
        watch(outcome, progress, begin: begin)
        for thread in threads { thread.join() }
        let (merged, failure) = outcome.withLock { ($0.statistics, $0.failure) }
        if let failure { throw failure }
        guard let merged else { throw LoadError("no loop ran; ask for one at least with --loops 1") }
        return LoadReport(plan: plan, statistics: merged, measureFrom: loopPlans[0].measureFrom)
    }

    private func watch(_ outcome: Monitor<Outcome>, _ progress: [LoopProgress], begin: UInt64) {
        let line = ProgressLine()
        let total = plan.warmup.seconds + plan.duration.seconds
        var before = (time: begin, requests: 0)
        while outcome.wait(
            milliseconds: Self.progressMilliseconds, until: { $0.finished == plan.loops ? true : nil }) == nil
        {
            let now = uv_hrtime()
            let requests = progress.reduce(0) { $0 + $1.requests.load(ordering: .relaxed) }
            let errors = progress.reduce(0) { $0 + $1.errors.load(ordering: .relaxed) }
            let rate = Double(requests - before.requests) * 1e9 / Double(now - before.time)
            line.show(elapsed: Double(now - begin) / 1e9, total: total, rate: rate, errors: errors)
            before = (now, requests)
        }
        line.clear()
    }

    /// The first Ctrl-C ends the run with a report, the second ends the program.
    private func stopOnInterrupt() {
        // The initializer of a global must not run inside a signal handler.
        interrupted.store(false, ordering: .relaxed)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGINT) { _ in
            interrupted.store(true, ordering: .relaxed)
            signal(SIGINT, SIG_DFL)
        }
    }
}

extension LoadRun.Outcome {
    fileprivate mutating func add(_ result: Result<LoopStatistics, LoadError>) {
        finished += 1
        switch result {
        case .success(let counted):
            if statistics == nil { statistics = counted } else { statistics?.add(counted) }
        case .failure(let error): failure = error
        }
    }
}
