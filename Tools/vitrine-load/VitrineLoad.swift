import Glibc
import Program

/// The program: options, run, table, report files, and one line when something is wrong.
@main
enum VitrineLoad {
    static func main() { LoadOptions.runProgram() }
}

extension LoadOptions {
    func run() throws(LoadError) {
        let report = try LoadRun(plan: makePlan()).run()
        print(report.table, terminator: "")
        fflush(nil)
        for file in self.report { try file.write(report) }
        if let failure = report.failure { throw LoadError(failure) }
    }
}
