/// Which run of a writer wrote which positions. A run's epoch is a random number that its first batch begins with.
///
/// A position and its epoch name one event for ever: a log that was put back to an older copy and written on has other epochs
/// at the same positions.
public struct Epochs: Equatable, Sendable {
    private struct Entry: Equatable {
        let epoch: UInt64
        /// The position of its first event.
        let firstPosition: UInt64
    }

    private var entries: [Entry]

    /// `first` is the epoch of position 0, and of all events of a log from before there were epochs.
    public init(first: UInt64) { entries = [Entry(epoch: first, firstPosition: 0)] }

    /// Everything from `position` on, which is beyond all before, was written in `epoch`.
    mutating func begin(_ epoch: UInt64, at position: UInt64) {
        entries.append(Entry(epoch: epoch, firstPosition: position))
    }

    /// The epoch of the event at `position`; of a position that is still to come, the last.
    public func epoch(of position: UInt64) -> UInt64 {
        if position >= entries[entries.count - 1].firstPosition { return entries[entries.count - 1].epoch }
        // The last entry that begins at or before it: of two that begin at one position the first wrote no event.
        var (low, high) = (1, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].firstPosition <= position { low = middle + 1 } else { high = middle }
        }
        return entries[low - 1].epoch
    }

    /// The newest epoch, and from which position on it holds.
    public var last: (epoch: UInt64, firstPosition: UInt64) {
        (entries[entries.count - 1].epoch, entries[entries.count - 1].firstPosition)
    }
}
