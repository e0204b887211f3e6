import LMDB
import Marketplace

/// The writer's view of the state: a snapshot of `decisions/`, and over it what that lacks yet.
///
/// An entity is loaded before a decision needs it, changed when its event is appended, and dropped once `decisions/` has
/// caught up with its last change. So memory holds what is in flight, not the marketplace.
final class Overlay {
    private(set) var state = DecisionState()
    private let store: DecisionStore
    private var snapshot: ReadTransaction
    /// How far `decisions/` is in the snapshot.
    private(set) var foldedPosition: UInt64
    /// The last position that changed an entity; absent when it was only loaded.
    private var changedAt: [Entity: UInt64] = [:]
    /// Entities in the order in which they were loaded or changed, each with the position of then.
    private var aging: [(position: UInt64, entity: Entity)] = []
    private var agingStart = 0

    init(_ store: DecisionStore) throws(LMDBError) {
        self.store = store
        snapshot = try store.environment.beginRead()
        foldedPosition = 0
        try renew()
    }

    /// Entities in memory that may not be in `decisions/` yet.
    var agingCount: Int { aging.count - agingStart }

    /// Takes the newest snapshot and drops what it holds.
    func renew() throws(LMDBError) {
        try snapshot.renew()
        foldedPosition = try store.checkpoint(snapshot)?.position ?? 0
        while agingStart < aging.count, aging[agingStart].position <= foldedPosition {
            let entity = aging[agingStart].entity
            if let changed = changedAt[entity] {
                if changed <= foldedPosition {
                    changedAt[entity] = nil
                    state.remove(entity)
                }
            } else {
                state.remove(entity)
            }
            agingStart += 1
        }
        if agingStart > 4_096, agingStart > aging.count / 2 {
            aging.removeFirst(agingStart)
            agingStart = 0
        }
    }

    /// Lets go of the snapshot while there is nothing to decide, so that it pins no pages.
    func rest() { snapshot.reset() }

    /// Makes sure that the entities are in memory, as far as they exist.
    func load(_ entities: [Entity], at position: UInt64) throws(LMDBError) {
        for entity in entities where !state.holds(entity) {
            if try state.load(entity, from: snapshot, store.tables) { aging.append((position, entity)) }
        }
    }

    /// The state change of an event that was appended at `position`.
    func apply(_ event: Event, at position: UInt64) {
        state.marketplace.apply(event)
        for reference in event.references { note(.state(reference), at: position) }
    }

    func remember(_ command: RememberedCommand, as key: Text, at position: UInt64) {
        state.commands[key] = command
        note(.command(key), at: position)
    }

    private func note(_ entity: Entity, at position: UInt64) {
        changedAt[entity] = position
        aging.append((position, entity))
    }
}
