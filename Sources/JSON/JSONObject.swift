import CSimdJSON

/// The members of an object, taken by name: fastest in the order in which the text has them.
///
/// A member is taken once. What is left at the end is unknown or repeated: `leftover` names it.
public struct JSONObject: ~Escapable {
    /// Members that can be taken: far more than any object that Vitrine knows has. A longer object has leftovers among them,
    /// so it is refused without a look at the rest.
    public static let capacity = Int(SJ_TAKEABLE)

    private var members: sj_members_left

    @_lifetime(immortal)
    init(_ object: sj_element) { members = sj_members_of(object) }

    /// The value of a member that has not been taken yet, which is then taken.
    @_lifetime(copy self)
    public mutating func take(_ name: StaticString) -> JSONValue? {
        var value = sj_element()
        // A copy, because a pointer into `self` would be a way out for what it borrows.
        var members = members
        let isTaken = sj_take(&members, name.utf8Start, name.utf8CodeUnitCount, &value)
        self.members = members
        guard isTaken else { return nil }
        return _overrideLifetime(JSONValue(value), copying: self)
    }

    public var hasLeftover: Bool { members.taken.nonzeroBitCount < members.count }

    /// Members that nobody took, of the first `capacity`.
    public var leftover: [Leftover] {
        let (object, taken) = (members.object, members.taken)
        let members = [sj_member](unsafeUninitializedCapacity: Self.capacity) { buffer, count in
            count = sj_members(object, buffer.baseAddress, buffer.count)
        }
        return members.indices.filter { taken & (1 << UInt64($0)) == 0 }.map { index in
            let isRepeated = members.indices.contains { other in
                other != index && members[other].keyBytes.elementsEqual(members[index].keyBytes)
            }
            return Leftover(name: String(decoding: members[index].keyBytes, as: UTF8.self), isRepeated: isRepeated)
        }
    }

    public struct Leftover: Equatable, Sendable {
        public let name: String
        /// Whether another member has the same name; otherwise the name is unknown.
        public let isRepeated: Bool
    }
}

extension sj_member {
    // Safe: simdjson keeps the key in the parser's memory until the next text, and the object borrows the parser.
    fileprivate var keyBytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: key, count: key_length) }
}
