import Synchronization

/// What the projector publishes and every loop reads: how far the views are, and which partitions changed when.
///
/// The order of stores makes it sound. The projector stores a batch's stamps *before* its commit and the applied
/// position *after* it; a loop loads the applied position first and stamps second. Stamps that are all at or below the
/// position an answer was made at then mean that the answer still is what the views say at the applied position.
public final class Freshness: @unchecked Sendable {  // Everything in it is atomic.
    private let stamps: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let applied = Atomic<UInt64>(0)

    public init() {
        stamps = .allocate(capacity: Partition.stampCount)
        for index in 0..<Partition.stampCount { (stamps + index).initialize(to: Atomic(0)) }
    }

    deinit { stamps.deallocate() }

    /// The position up to which the views are committed.
    @inlinable public var appliedPosition: UInt64 { applied.load(ordering: .acquiring) }

    /// The last position that touched what shares the place `index` (of `Partition.stampIndex`).
    func stamp(at index: Int) -> UInt64 {
        precondition(index >= 0 && index < Partition.stampCount)
        return stamps[index].load(ordering: .acquiring)
    }

    /// Whether what shares one of these places (of `Partition.stampIndex`) was touched after `position`.
    public func isTouched(_ indexes: UnsafeBufferPointer<Int32>, after position: UInt64) -> Bool {
        for index in indexes where stamp(at: Int(index)) > position { return true }
        return false
    }

    /// Before the commit of a batch that ends at `position`.
    public func stamp(_ partitions: Set<Partition>, at position: UInt64) {
        for partition in partitions { stamps[partition.stampIndex].store(position, ordering: .releasing) }
    }

    /// After the commit of a batch that ends at `position`.
    public func publish(applied position: UInt64) { applied.store(position, ordering: .releasing) }
}
