import Testing

@testable import vitrine_import

@Suite struct CSVReaderTests {
    @Test func x() {}
}
