import Foundation
import Glibc

/// A tmpfs that is mounted, and nowhere: the files are reached through the descriptor of the mount. So nothing has to be
/// unmounted, and no other process sees it, whatever the machine's mounts propagate to; with the descriptor it goes.
///
/// Mounting takes `CAP_SYS_ADMIN`, also in a chroot.
final class MountedDisk: SmallDiskStore {
    private let mount: Int32

    init(bytes: Int) throws {
        let context = try MountedDisk.call("fsopen") { address in
            unsafeBitCast(address, to: (@convention(c) (UnsafePointer<CChar>, UInt32) -> Int32).self)("tmpfs", 1)
        }
        defer { close(context) }
        typealias Configure =
            @convention(c) (Int32, UInt32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, Int32) -> Int32
        // FSCONFIG_SET_STRING, then FSCONFIG_CMD_CREATE.
        for (command, key, value) in [(1, "size", "\(bytes)"), (6, nil, nil)] as [(UInt32, String?, String?)] {
            _ = try MountedDisk.call("fsconfig") {
                unsafeBitCast($0, to: Configure.self)(context, command, key, value, 0)
            }
        }
        mount = try MountedDisk.call("fsmount") { address in
            unsafeBitCast(address, to: (@convention(c) (Int32, UInt32, UInt32) -> Int32).self)(context, 1, 0)
        }
    }

    deinit { close(mount) }

    /// Other processes of this user get through it too.
    var path: String { "/proc/\(getpid())/fd/\(mount)" }

    /// Calls a function of the C library that Swift's module of it does not show. The flags that are 1 mean close-on-exec.
    private static func call(_ name: String, _ body: (UnsafeMutableRawPointer) -> Int32) throws -> Int32 {
        guard let address = dlsym(nil, name) else { throw SmallDiskRefusal("the C library has no \(name)") }
        let result = body(address)
        guard result >= 0 else { throw SmallDiskRefusal(name, code: errno) }
        return result
    }
}
