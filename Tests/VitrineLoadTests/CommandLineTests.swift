import Testing

@testable import vitrine_load

@Suite struct CommandLineTests {
    @Test(arguments: [
        (["https://127.0.0.1/"], "https is not supported"),
        (["127.0.0.1:8080"], "is no URL"),
        (["http://127.0.0.1:70000/"], "is no port"),
        (["http://127.0.0.1/", "--rate", "5", "--connections", "5"], "give one of them"),
        (["http://127.0.0.1/", "--rate", "0"], "--rate must be above 0"),
        (
            ["http://127.0.0.1/", "--connections", "0"],
            "'--connections <connections>': give a whole number from 1 to 100000"
        ),
        (["http://127.0.0.1/", "--connections", "-5"], "'-5' is invalid"),
        (["http://127.0.0.1/", "--loops", "-1"], "give a whole number from 1 to 256"),
        (["http://127.0.0.1/", "--rate", "-1"], "--rate must be above 0"),
        (["http://127.0.0.1/", "--duration", "30"], "is no duration"),
        (["http://127.0.0.1/a", "--path", "/b"], "has the path /a already"),
        (["http://127.0.0.1/", "--path", "/b c"], "percent-encode"),
        (["http://127.0.0.1/", "--report", "x.csv"], "must end in .json or .html"),
        ([], "Missing expected argument"),
    ])
    func aWrongCommandLineIsOneLine(arguments: [String], says: String) throws {
        let run = try LoadProcess(arguments, withReport: false)
        #expect(run.exitCode == 64)
        #expect(run.errors.contains(says), "\(run.errors)")
        #expect(run.errors.hasPrefix("vitrine-load: "))
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test func nobodyListeningIsOneLine() throws {
        let server = try TestServer { _, _ in .ok("") }
        server.stop()
        let run = try LoadProcess([server.url + "/"])
        #expect(run.exitCode == 1)
        #expect(run.errors.contains("Connection refused; is the server running"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func aReportThatCannotBeWrittenFailsBeforeTheRun() throws {
        let server = try TestServer { _, _ in .ok("") }
        defer { server.stop() }
        let run = try LoadProcess(
            [server.url + "/thing", "--duration", "1h", "--report", "/nowhere/report.json"], withReport: false)
        #expect(run.exitCode == 1)
        #expect(run.errors.contains("/nowhere/report.json: No such file or directory"))
        #expect(server.requestCount == 0)
    }

    @Test func helpAndVersionGoToStandardOutput() throws {
        let help = try LoadProcess(["--help"], withReport: false)
        #expect(help.exitCode == 0 && help.output.contains("--rate") && help.errors.isEmpty)
        let version = try LoadProcess(["--version"], withReport: false)
        #expect(version.exitCode == 0 && version.output == "vitrine-load 0.1.0\n")
    }
}
