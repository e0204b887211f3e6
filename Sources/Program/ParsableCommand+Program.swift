import ArgumentParser
import Glibc
import POSIX

/// What `--version` says behind each program's name.
public let version = "0.1.0"

extension ParsableCommand {
    /// The `main` of every program here: reads the command line and runs the command.
    ///
    /// Help and the version are answers, on standard output. A failure is one line on standard error, whoever finds it:
    /// exit code 64 (EX_USAGE of sysexits.h) for a wrong command line, 1 for the rest.
    public static func runProgram() {
        StandardStreams.openMissing()
        // A limit of file sizes is an error of the write, not a signal that ends the process.
        signal(SIGXFSZ, SIG_IGN)
        do {
            try ProcessLimits.requireMemory(own: memoryOfAny, for: "a program")
            var command = try parseAsRoot(Arguments.joiningNegativeNumbers(Array(CommandLine.arguments.dropFirst())))
            try command.run()
            // What was printed is a result like any other: a full disk or a closed pipe must not pass for success.
            guard fflush(nil) == 0 else {
                fail("standard output cannot be written: \(String(cString: strerror(errno)))", .failure)
            }
        } catch let code as ExitCode {
            Glibc.exit(code.rawValue)
        } catch {
            let code = exitCode(for: error)
            if code.isSuccess { exit(withError: error) }
            let isUsage = code == .validationFailure
            fail(isUsage ? "\(message(for: error)); see \(programName) --help" : "\(error)", code)
        }
    }

    /// What every program may take before it knows what it needs.
    private static var memoryOfAny: Int { 64 << 20 }

    private static var programName: String { configuration.commandName ?? "" }

    private static func fail(_ message: String, _ code: ExitCode) -> Never {
        // What others say may have line ends in it.
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        StandardError.write("\(programName): \(line)\n")
        Glibc.exit(code.rawValue)
    }
}
