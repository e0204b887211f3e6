import Foundation
import Glibc
import Testing

import class POSIX.Monitor

/// A server that is killed at any moment keeps what it answered, does nothing twice, and shows what its log says.
@Suite struct CrashTests {
    private static let clientCount = 4
    private static var rounds: Int { Int(ProcessInfo.processInfo.environment["VITRINE_CRASH_ROUNDS"] ?? "") ?? 40 }
    private static var seed: UInt64 {
        UInt64(ProcessInfo.processInfo.environment["VITRINE_CRASH_SEED"] ?? "") ?? .random(in: 0...UInt64.max)
    }

    @Test func killedServerKeepsWhatItAnsweredAndDoesNothingTwice() throws {
        let (rounds, seed) = (Self.rounds, Self.seed)
        print("CrashTests: VITRINE_CRASH_ROUNDS=\(rounds) VITRINE_CRASH_SEED=\(seed)")
        var random = SeededGenerator(seed: seed)
        let data = try DataDirectory()
        var server = try ServerProcess.start(data, ["--loops", "2"])
        let setUp = try CrashClient.setUp(try server.connect())
        var clients = (1...Self.clientCount).map { CrashClient($0, seed: seed) }
        var log: [JSON] = []

        for round in 1...rounds {
            clients = try load(server, clients, killAfter_us: UInt32.random(in: 0...150_000, using: &random))
            server = try ServerProcess.start(data, ["--loops", "2"])
            let client = try server.connect()
            for index in clients.indices { try clients[index].resolve(client) }
            let ledgers = [setUp] + clients.map(\.ledger)
            try expectReplays(ledgers, client, &random)
            log += try client.events(after: log.count)
            try expectEveryEventAnswered(log, ledgers)
            if round % 10 == 0 || round == rounds { try expectViewsFollow(log, client) }
        }
        #expect(try server.connect().events() == log, "what was read between the crashes has changed")
        print("CrashTests: \(clients.map(\.ledger.sentCount).reduce(0, +)) commands, \(log.count) events")
    }

    /// Lets all clients send at once, and kills the server among it.
    private func load(
        _ server: ServerProcess, _ clients: [CrashClient], killAfter_us: UInt32
    ) throws -> [CrashClient] {
        let running = Monitor(clients)
        concurrently(clients.count + 1) { index in
            guard index < clients.count else {
                usleep(killAfter_us)
                server.send(SIGKILL)
                return
            }
            var client = clients[index]
            defer { running.withLock { $0[index] = client } }
            try client.run(server)
        }
        #expect(try server.waitForExit() == .signal(SIGKILL))
        return running.withLock { $0 }
    }

    /// Commands that were answered, sent again: each replays its first answer.
    private func expectReplays(_ ledgers: [Ledger], _ client: Client, _ random: inout SeededGenerator) throws {
        for ledger in ledgers {
            // The last answers before the crash are the ones that a lost write would take, the others are a sample.
            let recent = ledger.entries.suffix(12)
            let earlier = (0..<4).compactMap { _ in ledger.entries.randomElement(using: &random) }
            for entry in recent + earlier {
                let again = try client.command(entry.name, entry.body, key: entry.key)
                #expect(again.status == 200, "\(entry.key): \(again.text)")
                #expect(again.json == entry.answer, "\(entry.key)")
                #expect(again[header: "idempotent-replayed"] == "true", "\(entry.key)")
            }
        }
    }

    /// Positions have no gap, and each event is the outcome of exactly one accepted command.
    private func expectEveryEventAnswered(_ log: [JSON], _ ledgers: [Ledger]) throws {
        #expect(log.map { $0["position"].integer } == Array(1...log.count))
        var owners: [Int: Ledger.Entry] = [:]
        for entry in ledgers.flatMap(\.entries) where entry.hasEvent {
            let position = try #require(entry.position)
            #expect(owners.updateValue(entry, forKey: position) == nil, "two commands were told position \(position)")
        }
        #expect(owners.count == log.count, "events that no command caused, or answers without their event")
        for (position, entry) in owners {
            guard log.indices.contains(position - 1) else {
                Issue.record("\(entry.key) was answered with position \(position) of \(log.count)")
                continue
            }
            expect(log[position - 1], isOutcomeOf: entry)
        }
    }

    private func expect(_ event: JSON, isOutcomeOf entry: Ledger.Entry) {
        #expect(entry.answer?["events"] == [event["type"]], "\(entry.key)")
        #expect(entry.answer?["id"] == event["subject"], "\(entry.key)")
        for (field, value) in entry.body.object ?? [:] where field != "lines" {
            #expect(event["data"][field] == value, "\(field) of \(entry.key)")
        }
        for (index, line) in (entry.body["lines"].array ?? []).enumerated() {
            let recorded = event["data"]["lines"][index]
            #expect(recorded["productId"] == line["productId"] && recorded["quantity"] == line["quantity"])
        }
    }

    private func expectViewsFollow(_ log: [JSON], _ client: Client) throws {
        // Every answer carries a token of the durable position, so this one stands for the whole log.
        let token = try client.command("UpdateUser", ["userId": "sam", "name": "sam"]).token
        try LogFold(log).expectViews(client, after: token)
    }
}
