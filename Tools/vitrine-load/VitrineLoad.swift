import ArgumentParser
import Glibc

/// The program: options, run, table, report files, and one line when something is wrong.
@main
enum VitrineLoad {
    static func main() {
        let options = parseOptions()
        do throws(LoadError) {
            let report = try LoadRun(plan: options.makePlan()).run()
            print(report.table, terminator: "")
            fflush(nil)
            for file in options.report { try file.write(report) }
            if let failure = report.failure { throw LoadError(failure) }
        } catch {
            standardError("vitrine-load: \(error)\n")
            exit(1)
        }
    }

    /// A wrong command line is answered in one line; help and version are what was asked for.
    private static func parseOptions() -> LoadOptions {
        do {
            return try LoadOptions.parse()
        } catch {
            guard !LoadOptions.exitCode(for: error).isSuccess else {
                print(LoadOptions.fullMessage(for: error))
                exit(0)
            }
            let message = LoadOptions.message(for: error).split(separator: "\n").joined(separator: " ")
            standardError("vitrine-load: \(message); see vitrine-load --help\n")
            exit(64)  // EX_USAGE of sysexits.h
        }
    }
}
