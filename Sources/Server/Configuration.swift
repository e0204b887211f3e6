import EventLoop
import Marketplace

/// All that a server can be told, checked.
public struct Configuration: Sendable {
    public var dataDirectory = "./vitrine-data"
    public var listen = SocketAddress("127.0.0.1:8080")!
    public var loops = 1
    public var cacheBytes = 256 << 20
    /// Nil takes what the data directory trades in.
    public var currency: Currency?
    public var diskReserveBytes = 16 << 20
    public var acceptImports = false
    /// Goes on with a log of which acknowledged events are gone, where a start would refuse.
    public var acceptLoss = false
    public var allowAnonymous = false
    public var crossOrigin: CrossOrigin?

    public init() {}

    /// Refuses what a start would refuse before it opens anything, and another currency than the data directory's.
    public func check() throws {
        try requireLoopback()
        if let currency { try DataDirectory.requireCurrency(currency, at: dataDirectory) }
    }

    /// Refuses an address that others can reach, unless they may.
    func requireLoopback() throws(DataDirectory.Refusal) {
        guard listen.isLoopback || allowAnonymous else {
            throw DataDirectory.Refusal(
                "\(listen) can be reached by others, and there is no access control yet: listen on a loopback address, or say --allow-anonymous"
            )
        }
    }
}
