import JSON
import Marketplace

/// Where and when an event stands in the log. The position also numbers what the event makes: no clock, no chance.
public struct Moment: Sendable {
    public var position: UInt64
    public var time: Timestamp

    public init(position: UInt64, time: Timestamp) { (self.position, self.time) = (position, time) }
}
