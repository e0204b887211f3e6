import POSIX
import Views

extension Configuration {
    /// Files of the log, of views and decisions, and what the runtime opens.
    private static let ownFiles = 64
    /// A loop's socket, its epoll, its wake-ups and its signals.
    private static let filesOfLoop = 8
    private static let connectionsOfLoopMin = 16
    /// A thread's stack and its buffers.
    private static let memoryOfLoop = 16 << 20

    /// Refuses to start where the process's limits do not reach. Gives how many files the clients of one loop may
    /// take, so that all stay below the limit with room for the server's own.
    func requireResources() throws(ProcessLimits.Shortage) -> Int {
        let own = Configuration.ownFiles + Configuration.filesOfLoop * loops
        let free = try ProcessLimits.requireFiles(
            own + Configuration.connectionsOfLoopMin * loops, for: "a server of \(loops) loop\(loops == 1 ? "" : "s")",
            wayOut: loops > 1 ? "take fewer --loops" : nil)
        try DataDirectory.requireMemory(beside: cacheBytes + Configuration.memoryOfLoop * loops, for: "a server")
        return (free - own) / loops
    }
}

extension DataDirectory {
    /// What a batch holds while views and decisions are made from the log, and the rest of a program.
    private static let memoryOfBatch = 1 << 30
    private static let files = 32

    /// Refuses limits of memory below what a program with an open data directory takes: the maps of views and decisions, and
    /// `bytes` beside what bringing them up to the log takes.
    public static func requireMemory(beside bytes: Int, for program: String) throws(ProcessLimits.Shortage) {
        try ProcessLimits.requireMemory(
            own: memoryOfBatch + bytes, mapped: 2 * ViewBuild.reservedBytes, for: program)
    }

    /// What a program needs that only writes into the directory.
    public static func requireResources(for program: String) throws(ProcessLimits.Shortage) {
        try ProcessLimits.requireFiles(files, for: program)
        try requireMemory(beside: 0, for: program)
    }
}
