import EventLoop
import Marketplace

/// All that a server can be told, checked.
public struct Configuration: Sendable {
    public var dataDirectory = "./vitrine-data"
    public var listen = SocketAddress("127.0.0.1:8080")!
    public var loops = 1
    public var cacheBytes = 256 << 20
    public var currency = DataDirectory.currencyOfNew
    public var diskReserveBytes = 16 << 20
    public var acceptImports = false
    public var allowAnonymous = false
    public var crossOrigin: CrossOrigin?

    public init() {}
}
