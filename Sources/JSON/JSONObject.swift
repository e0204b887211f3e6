import CSimdJSON

/// The members of an object, taken by name.
///
/// A member is taken once. What is left at the end is unknown or repeated: `leftover` names it.
public struct JSONObject: ~Escapable {
    /// Above the members of any object that Vitrine knows. A longer object has leftovers among its first members, so it is
    /// refused without a look at the rest.
    public static let capacity = 24

    private var members: InlineArray<24, sj_member>
    private let count: Int
    /// A bit for each member that has been taken.
    private var taken: UInt32 = 0

    @_lifetime(immortal)
    init(_ object: sj_element) {
        var members = InlineArray<24, sj_member>(repeating: sj_member())
        var span = members.mutableSpan
        count = span.withUnsafeMutableBufferPointer { sj_members(object, $0.baseAddress, $0.count) }
        self.members = members
    }

    /// The value of a member that has not been taken yet, which is then taken.
    @_lifetime(copy self)
    public mutating func take(_ name: StaticString) -> JSONValue? {
        for index in 0..<count where taken & (1 << UInt32(index)) == 0 && members[index].isNamed(name) {
            taken |= 1 << UInt32(index)
            return _overrideLifetime(JSONValue(members[index].value), copying: self)
        }
        return nil
    }

    /// Members that nobody took, the first `capacity` of them.
    public var leftover: [Leftover] {
        var leftover: [Leftover] = []
        for index in 0..<count where taken & (1 << UInt32(index)) == 0 {
            let isRepeated = (0..<index).contains { members[$0].keyBytes.elementsEqual(members[index].keyBytes) }
            leftover.append(
                Leftover(name: String(decoding: members[index].keyBytes, as: UTF8.self), isRepeated: isRepeated))
        }
        return leftover
    }

    public var hasLeftover: Bool { taken.nonzeroBitCount < count }

    public struct Leftover: Equatable, Sendable {
        public let name: String
        /// Whether a member before it has the same name; otherwise its name is unknown.
        public let isRepeated: Bool
    }
}

extension sj_member {
    // Safe: simdjson keeps the key in the parser's memory until the next text, and the object borrows the parser.
    fileprivate var keyBytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: key, count: key_length) }

    fileprivate func isNamed(_ name: StaticString) -> Bool {
        guard name.utf8CodeUnitCount == key_length else { return false }
        for offset in 0..<key_length where key[offset] != name.utf8Start[offset] { return false }
        return true
    }
}
