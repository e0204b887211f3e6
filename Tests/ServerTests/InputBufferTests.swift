import Testing

@testable import Server

@Suite struct InputBufferTests {
    @Test func bytesComeOutAsTheyWentIn() {
        var buffer = InputBuffer()
        var expected: [UInt8] = []
        for round in 0..<200 {
            let added = (0..<(round * 37 % 500)).map { UInt8(truncatingIfNeeded: $0 + round) }
            added.withUnsafeBytes { buffer.append($0) }
            expected += added
            let taken = expected.count * (round % 4) / 4
            buffer.consume(taken)
            expected.removeFirst(taken)
            if expected.count > 10 {
                buffer.remove(at: 3, 5)
                expected.removeSubrange(3..<8)
            }
            let held = Array(buffer.bytes)
            #expect(held == expected)
        }
    }
}
