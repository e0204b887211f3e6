import CSimdJSON

/// The elements of an array, one after the other: `while let element = array.next() { … }`.
public struct JSONArray: ~Escapable {
    private var following: sj_element
    private let end: Int

    @_lifetime(immortal)
    init(_ array: sj_element) {
        following = sj_array_begin(array)
        end = sj_array_end(array)
    }

    /// The next element, nil behind the last.
    @_lifetime(copy self)
    public mutating func next() -> JSONValue? {
        guard following.index < end else { return nil }
        let value = JSONValue(following)
        following = sj_after(following)
        return _overrideLifetime(value, copying: self)
    }
}
