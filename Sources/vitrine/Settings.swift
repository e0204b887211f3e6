import EventLoop
import Glibc
import Marketplace
import POSIX
import Server
import TOMLKit

/// The options by name from flags, environment and file, each with where it was said.
struct Settings {
    private static let names = [
        "data", "listen", "loops", "cache-bytes", "currency", "disk-reserve", "accept-imports", "allow-anonymous",
        "cors-origin", "accept-loss",
    ]

    private var values: [String: (text: String, source: String)] = [:]

    init(flags: [String: String], file: String?) throws {
        let file = file ?? Settings.environment("config")
        if let file { try read(file) }
        for name in Settings.names {
            if let text = Settings.environment(name) { values[name] = (text, Settings.variable(name)) }
            if let text = flags[name] { values[name] = (text, "--\(name)") }
        }
    }

    private static func variable(_ name: String) -> String {
        "VITRINE_" + name.uppercased().map { $0 == "-" ? "_" : $0 }
    }

    private static func environment(_ name: String) -> String? {
        getenv(variable(name)).map { String(cString: $0) }
    }

    private mutating func read(_ file: String) throws {
        let bytes: [UInt8]?
        do {
            bytes = try Files.read(file)
        } catch {
            throw DataDirectory.Refusal("\(error): name a TOML file that can be read with --config")
        }
        guard let bytes else { throw DataDirectory.Refusal("there is no file \(file): check --config") }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw DataDirectory.Refusal("\(file) is not TOML: \(error)")
        }
        for key in table.keys {
            guard Settings.names.contains(key) else {
                throw DataDirectory.Refusal(
                    "\(file): there is no option \(key); there are \(Settings.names.joined(separator: ", "))")
            }
            guard let value = table[key], let text = Settings.text(value) else {
                throw DataDirectory.Refusal("\(file): \(key) must be a text, a whole number or a truth value")
            }
            values[key] = (text, "\(key) in \(file)")
        }
    }

    /// A list of texts counts as one with commas.
    private static func text(_ value: any TOMLValueConvertible) -> String? {
        if let list = value.array {
            let texts = list.compactMap(\.string)
            return texts.count == list.count ? texts.joined(separator: ",") : nil
        }
        return value.string ?? value.int.map(String.init) ?? value.bool.map(String.init)
    }

    /// The configuration with every value checked.
    func configuration() throws -> Configuration {
        var configuration = Configuration()
        configuration.loops = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        try set("data", "a directory") {
            $0.isEmpty ? nil : $0
        } into: {
            configuration.dataDirectory = $0
        }
        try set("listen", "an address or localhost with a port, such as 127.0.0.1:8080 or [::1]:8080") {
            SocketAddress($0)
        } into: {
            configuration.listen = $0
        }
        try set("loops", "a number from 1 to 64") {
            Int($0).flatMap { (1...64).contains($0) ? $0 : nil }
        } into: {
            configuration.loops = $0
        }
        try set("cache-bytes", "a size such as 256MiB", ByteSize.parse) { configuration.cacheBytes = $0 }
        try set("currency", "three capital letters, such as GBP") {
            Currency($0)
        } into: {
            configuration.currency = $0
        }
        try set("disk-reserve", "a size such as 16MiB", ByteSize.parse) { configuration.diskReserveBytes = $0 }
        try set("accept-imports", "true or false", Bool.init) { configuration.acceptImports = $0 }
        try set("accept-loss", "true or false", Bool.init) { configuration.acceptLoss = $0 }
        try set("allow-anonymous", "true or false", Bool.init) { configuration.allowAnonymous = $0 }
        try set("cors-origin", "* or origins without a path, such as https://shop.example,http://127.0.0.1:3000") {
            CrossOrigin($0)
        } into: {
            configuration.crossOrigin = $0
        }
        return configuration
    }

    private func set<Value>(
        _ name: String, _ expected: String, _ parse: (String) -> Value?, into: (Value) -> Void
    ) throws {
        guard let (text, source) = values[name] else { return }
        guard let value = parse(text) else {
            throw DataDirectory.Refusal("\(source) is '\(text)', but must be \(expected)")
        }
        into(value)
    }
}
