import POSIX

/// The writer's hold on the newest segment itself: the file may have other names, through a link to it or to `log/`, and then another
/// data directory's lock does not keep a second writer from it.
final class SegmentHold: Sendable {
    private let file: FileDescriptor

    init(_ segment: Segment, in directory: String) throws(EventLogError) {
        let file = try files { () throws(SystemError) in try FileDescriptor(opening: segment.path, .read) }
        guard try files({ () throws(SystemError) in try file.tryLock() }) else {
            throw .locked(directory: directory, pid: nil)
        }
        self.file = file
    }

    deinit { file.unlock() }
}
