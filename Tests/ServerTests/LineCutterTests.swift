import Testing

@testable import Server

@Suite struct LineCutterTests {
    /// All lines of `text`, given in portions, each with its number.
    private func lines(_ text: [UInt8], portion: () -> Int) -> [(Int, LineCutter.Line)] {
        var cutter = LineCutter()
        var lines: [(Int, LineCutter.Line)] = []
        var at = 0
        while at < text.count {
            let end = min(text.count, at + portion())
            text[at..<end].withUnsafeBytes { cutter.append($0) }
            while let line = cutter.next() { lines.append((cutter.number, line)) }
            at = end
        }
        #expect(!cutter.isDone)
        cutter.end()
        while let line = cutter.next() { lines.append((cutter.number, line)) }
        #expect(cutter.isDone)
        return lines
    }

    private func text(_ line: LineCutter.Line) -> String? {
        if case .text(let bytes) = line { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    @Test(arguments: [1, 2, 3, 7, 1_000]) func linesComeOutHoweverTheyArrive(portion: Int) {
        let found = lines(Array("one\r\n\n \t\r\ntwo\n\nthree".utf8)) { portion }
        #expect(found.map { text($0.1) } == ["one", "two", "three"])
        #expect(found.map(\.0) == [1, 4, 6])
        #expect(lines(Array("one\ntwo\n".utf8)) { portion }.map { text($0.1) } == ["one", "two"])
    }

    @Test(arguments: [1, 2, 1_000]) func longLinesAreSkippedAndToldOnce(extra: Int) {
        let longest = [UInt8](repeating: UInt8(ascii: "x"), count: LineCutter.lineBytesMax)
        let tooLong = longest + [UInt8](repeating: UInt8(ascii: "y"), count: extra * 1_000)
        for portion in [65_536, 100_000, 5_000_000] {
            let found = lines(Array("a\n".utf8) + tooLong + Array("\nb\n".utf8) + longest + [0x0A] + tooLong) {
                portion
            }
            #expect(found.map(\.0) == [1, 2, 3, 4, 5])
            #expect(found.map { $0.1 == .tooLong } == [false, true, false, false, true])
            #expect(found[3].1 == .text(longest))
        }
    }

    @Test func randomTextsInRandomPortions() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<300 {
            let bytes = (0..<random(200)).map { _ in Array("ab\n".utf8)[random(3)] }
            let expected = bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
            #expect(lines(bytes) { 1 + random(20) }.map { text($0.1) } == expected, "seed \(seed)")
        }
    }
}
