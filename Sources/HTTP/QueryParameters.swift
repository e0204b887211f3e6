import JSON

/// Walks over `name=value&name=value`, decoded strictly; `+` is a space. An empty part is a parameter without a name.
///
///     var parameters = QueryParameters(request.query)
///     while try parameters.next() { use(parameters.name, parameters.value) }
public struct QueryParameters: ~Copyable, ~Escapable {
    private let query: RawSpan
    private var offset = 0
    private var nameStart = 0, nameEnd = 0, valueEnd = 0
    /// Whether the parameter at hand had to be decoded; it then lies in `decoded`, the name first.
    private var isDecoded = false
    private var decodedNameLength = 0
    private var decoded = ByteWriter(capacity: 64)

    /// Whether the parameter at hand has a `=`.
    public private(set) var hasValue = false

    @_lifetime(copy query)
    public init(_ query: RawSpan) {
        self.query = query
    }

    /// Goes to the next parameter; false behind the last. After an error `rawName` tells which it was.
    @_lifetime(self: copy self)
    public mutating func next() throws(PercentError) -> Bool {
        guard offset < query.byteCount || offset > 0 && offset == query.byteCount && endsWithSeparator else {
            return false
        }
        nameStart = offset
        var end = offset
        while end < query.byteCount, byte(end) != UInt8(ascii: "&") { end += 1 }
        nameEnd = nameStart
        while nameEnd < end, byte(nameEnd) != UInt8(ascii: "=") { nameEnd += 1 }
        hasValue = nameEnd < end
        valueEnd = end
        // Behind the last parameter the offset lies beyond the query.
        offset = end + 1
        try decode()
        return true
    }

    /// The name, decoded.
    public var name: RawSpan {
        @_lifetime(borrow self) get {
            if isDecoded { return decoded.bytes.extracting(0..<decodedNameLength) }
            return rawName
        }
    }

    /// The value, decoded; empty without one.
    public var value: RawSpan {
        @_lifetime(borrow self) get {
            if isDecoded { return decoded.bytes.extracting(droppingFirst: decodedNameLength) }
            return rawValue
        }
    }

    /// The name as it was sent.
    public var rawName: RawSpan { @_lifetime(copy self) get { query.extracting(nameStart..<nameEnd) } }
    /// The value as it was sent.
    public var rawValue: RawSpan {
        @_lifetime(copy self) get { query.extracting(min(nameEnd + 1, valueEnd)..<valueEnd) }
    }

    /// `a=1&` ends with an empty part.
    private var endsWithSeparator: Bool { byte(query.byteCount - 1) == UInt8(ascii: "&") }

    private func byte(_ index: Int) -> UInt8 { query.unsafeLoad(fromByteOffset: index, as: UInt8.self) }

    @_lifetime(self: copy self)
    private mutating func decode() throws(PercentError) {
        isDecoded =
            PercentDecoding.isNeeded(rawName, plusIsSpace: true)
            || PercentDecoding.isNeeded(rawValue, plusIsSpace: true)
        guard isDecoded else { return }
        decoded.removeAll()
        decodedNameLength = 0
        try PercentDecoding.decode(rawName, plusIsSpace: true, into: &decoded)
        decodedNameLength = decoded.count
        try PercentDecoding.decode(rawValue, plusIsSpace: true, into: &decoded)
    }
}
