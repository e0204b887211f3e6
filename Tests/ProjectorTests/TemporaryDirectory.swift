import Foundation
import Testing

/// A directory that is gone when its test ends.
final class TemporaryDirectory {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "/vitrine-views-\(UUID().uuidString)"
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            fatalError("\(error)")
        }
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record("\(error)") }
    }
}
