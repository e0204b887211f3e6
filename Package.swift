// swift-tools-version: 6.2
// Vitrine: the read side of a marketplace in one Linux process.
import PackageDescription

/// Applied to every Swift target: existentials are spelled `any`, so that a box on a hot path is never an accident.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    // Spans that cannot outlive the LMDB transaction or the buffer they borrow from.
    .enableExperimentalFeature("Lifetimes"),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ room: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(room)Tests", dependencies: [.init(stringLiteral: room)] + dependencies, swiftSettings: strict)
}

func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: ["Program", arguments] + dependencies, path: "Tools/\(name)", swiftSettings: strict)
}

/// Flags and help of every program: Apple's own, alive, no further dependencies.
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
/// `--config FILE.toml`: a wrapper over toml++, parsed once at start.
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
/// Latencies of `vitrine-load` without loss at the tail.
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")

let package = Package(
    name: "vitrine",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // C libraries, all from Debian 12.
        .systemLibrary(name: "CLibUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(name: "CLMDB", providers: [.apt(["liblmdb-dev"])]),
        // XXH3: view digests, ETags and command hashes at memory speed.
        .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
        // ISA-L: CRC-32C by the CPU's own instruction, with a portable fallback.
        .systemLibrary(name: "CISAL", providers: [.apt(["libisal-dev"])]),
        // ICU: the order of titles.
        .target(
            name: "CCollation", linkerSettings: [.linkedLibrary("icui18n"), .linkedLibrary("icuuc")]),
        .target(name: "CLLHTTP"),
        // The API's description, embedded in the executable.
        .target(name: "COpenAPI", exclude: ["openapi.json"]),
        // Calls of Linux that Swift's Glibc module does not show.
        .target(name: "CPOSIX"),
        // Many look-ups in LMDB's pages at once.
        .target(name: "CPages"),
        // Comparing product columns, in a form that the compiler's vectorizer takes.
        .target(name: "CColumns"),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),

        // The rooms, lowest first. A room imports only rooms above it in this list.
        room("POSIX", ["CPOSIX"]),
        room("LMDB", ["CLMDB", "CPages", "CXXHash", "POSIX"]),
        room("EventLoop", ["CLibUV", "POSIX"]),
        room("JSON", ["CSimdJSON", "POSIX"]),
        room("HTTP", ["CLLHTTP", "JSON"]),
        room("Marketplace", ["JSON", "CXXHash"]),
        room("EventLog", ["POSIX", "CISAL"]),
        room("Decisions", ["Marketplace", "JSON", "EventLog", "LMDB", "POSIX"]),
        room("Views", ["Marketplace", "JSON", "LMDB", "POSIX", "CXXHash", "CCollation", "CColumns"]),
        room("Projector", ["Views", "Marketplace", "JSON", "EventLog", "LMDB", "POSIX"]),
        room("Queries", ["Views", "Marketplace", "HTTP", "JSON", "LMDB", "POSIX", "CXXHash"]),
        room(
            "Server",
            [
                "EventLoop", "HTTP", "JSON", "Marketplace", "EventLog", "Decisions", "Views", "Projector", "Queries",
                "POSIX", "COpenAPI",
            ]
        ),
        // What all programs do with a command line: one line for a failure.
        .target(name: "Program", dependencies: ["POSIX", arguments], swiftSettings: strict),
        .executableTarget(
            name: "vitrine", dependencies: ["Program", "Server", "EventLoop", "Marketplace", "POSIX", arguments, toml],
            swiftSettings: strict),

        tool("vitrine-rebuild", ["Projector", "Views", "EventLog", "Marketplace", "POSIX"]),
        tool("vitrine-load", ["CLibUV", "CLLHTTP", "CXXHash", "JSON", "POSIX", histogram]),
        tool("vitrine-import", ["Server", "Decisions", "EventLog", "Marketplace", "HTTP", "JSON", "POSIX"]),

        // The serving path alone, to measure beside a bare libuv server.
        .executableTarget(
            name: "fixed-answer", dependencies: ["Server", "HTTP", "EventLoop", "JSON"], path: "Benchmarks/FixedAnswer",
            swiftSettings: strict),
        // Queries in process, without sockets.
        .executableTarget(
            name: "query-times", dependencies: ["Queries", "Views", "Marketplace", "JSON"],
            path: "Benchmarks/QueryTimes", swiftSettings: strict),
        // The same rows read by LMDB alone, as a ceiling, and the lists of a storefront beside it.
        .target(name: "CBareReads", path: "Benchmarks/BareReads", linkerSettings: [.linkedLibrary("lmdb")]),
        .executableTarget(
            name: "storefront-times",
            dependencies: ["CBareReads", "Queries", "Views", "Marketplace", "JSON", arguments],
            path: "Benchmarks/StorefrontTimes", swiftSettings: strict),

        tests("JSON"),
        tests("LMDB"),
        tests("EventLoop", ["POSIX"]),
        tests("HTTP", ["JSON"]),
        tests("Server", ["EventLoop", "HTTP", "JSON", "Marketplace", "POSIX", "Projector", "Queries", "Views"]),
        tests("EventLog", ["POSIX"]),
        tests("Marketplace", ["JSON"]),
        tests("Decisions", ["EventLog", "Marketplace", "JSON", "POSIX"]),
        tests("Views", ["LMDB", "Marketplace", "JSON"]),
        tests("Projector", ["LMDB", "Views", "Queries", "Decisions", "EventLog", "Marketplace", "JSON", "POSIX"]),
        // The source tree itself: imports, layout.
        .testTarget(name: "TidyTests", swiftSettings: strict),
        // From the outside: real processes, real sockets. It finds the executables beside the test bundle.
        .testTarget(
            name: "VitrineTests",
            dependencies: ["vitrine", "vitrine-import", "vitrine-load", "vitrine-rebuild", "POSIX"],
            // Data directories of earlier versions, which the tests unpack; a library that a test compiles.
            exclude: ["Versions", "Support/SmallDiskShim.c"], swiftSettings: strict),
        .testTarget(
            name: "VitrineImportTests", dependencies: ["vitrine-import", "Marketplace", "JSON", "POSIX"],
            swiftSettings: strict),
        .testTarget(
            name: "VitrineLoadTests", dependencies: ["vitrine-load", "POSIX", "JSON"], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
