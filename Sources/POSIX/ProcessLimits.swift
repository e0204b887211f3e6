import Glibc

/// The process's limits of open files and memory, looked at before a program begins: many a library knows no way but down when
/// one is met in the midst of its work.
public enum ProcessLimits {
    /// A limit that is too low. One line that says what, where and what to do.
    public struct Shortage: Error, CustomStringConvertible, Equatable {
        public let description: String
        init(_ description: String) { self.description = description }
    }

    /// Raises the limit of open files as far as it goes, and refuses what is less than `needed` beside those that are open already.
    /// Gives how many may still be opened.
    ///
    /// `subject` is who needs them, `wayOut` what else can be done, such as `take fewer --loops`.
    @discardableResult
    public static func requireFiles(_ needed: Int, for subject: String, wayOut: String? = nil) throws(Shortage) -> Int {
        let limit: Int
        do throws(SystemError) {
            limit = try OpenFiles.raiseLimit()
        } catch {
            throw Shortage("\(error)")
        }
        let open = openFiles(below: limit)
        guard limit - open >= needed else {
            let other = wayOut.map { ", or \($0)" } ?? ""
            throw Shortage(
                "\(subject) needs \(needed + open) open files and \(limit) are allowed: raise ulimit -n\(other)")
        }
        return limit - open
    }

    /// Refuses limits of memory that a program would meet: `mapped` bytes of files and `own` bytes beside what it has.
    public static func requireMemory(own: Int, mapped: Int = 0, for subject: String) throws(Shortage) {
        let (usedSpace, usedData) = usedMemory()
        let space = mapped > 0 ? "address space, as its files are mapped with room to grow," : "address space"
        try require(RLIMIT_AS, usedSpace + own + mapped, space, "ulimit -v", subject)
        try require(RLIMIT_DATA, usedData + own, "memory", "ulimit -d", subject)
    }

    private static func require(
        _ name: __rlimit_resource, _ needed: Int, _ thing: String, _ option: String, _ subject: String
    ) throws(Shortage) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(UInt32(name.rawValue))
        guard getrlimit(resource, &limit) == 0, Int(clamping: limit.rlim_cur) < needed else { return }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if Int(clamping: limit.rlim_max) >= needed, setrlimit(resource, &raised) == 0 { return }
        throw Shortage(
            "\(subject) needs \(needed >> 20) MiB of \(thing) and \(Int(clamping: limit.rlim_cur) >> 20) are allowed: raise \(option)"
        )
    }

    /// Descriptors that are open; those that were inherited beyond the first thousands are not looked for.
    private static func openFiles(below limit: Int) -> Int {
        (0..<Int32(min(limit, 4_096))).count { fcntl($0, F_GETFD) >= 0 }
    }

    /// Bytes of address space, and of what counts as data, that the process has.
    private static func usedMemory() -> (space: Int, data: Int) {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return (0, 0) }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 256)
        let count = read(file, &text, text.count)
        let pages = text.prefix(max(count, 0)).split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
            .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard pages.count >= 6 else { return (0, 0) }
        let pageBytes = sysconf(Int32(_SC_PAGESIZE))
        return (pages[0] * pageBytes, pages[5] * pageBytes)
    }
}
