import EventLoop
import Testing

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", true), ("127.9.9.9:1", true), ("[::1]:65535", true), ("0.0.0.0:0", false),
        ("[::]:80", false),
        ("[2001:db8::1]:443", false), ("10.0.0.1:80", false),
    ])
    func literalsAreReadAndWrittenBack(text: String, isLoopback: Bool) throws {
        let address = try #require(SocketAddress(text))
        #expect(address.description == text)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: ["localhost:80", "LocalHost:80"])
    func localhostIsTheLoopbackAddressWithoutALookUp(text: String) {
        #expect(SocketAddress(text)?.description == "127.0.0.1:80")
    }

    @Test(arguments: [
        "", "127.0.0.1", "localhost", "localhost.example:80", "example:80", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80",
        "[127.0.0.1]:80", "1.2.3:80",
        ":80",
    ])
    func namesAndHalfAddressesAreNotTaken(text: String) {
        #expect(SocketAddress(text) == nil)
    }
}
