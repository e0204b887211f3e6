import Glibc

/// The process's limit on open descriptors, RLIMIT_NOFILE.
public enum OpenFiles {
    /// Raises the soft limit to the hard one, as far as the kernel lets, and gives what then holds.
    public static func raiseLimit() throws(SystemError) -> Int {
        var limit = rlimit()
        // Glibc's type of the first argument is an enumeration that Swift does not take as it is.
        let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
        guard getrlimit(resource, &limit) == 0 else { throw SystemError("getrlimit", "RLIMIT_NOFILE") }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            // Refused in some containers: then the old limit still holds.
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
