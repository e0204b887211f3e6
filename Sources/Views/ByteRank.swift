/// Eight bytes of a text as a number of the same order; what is behind the text's end counts as zeros.
enum ByteRank {
    static func of(_ bytes: [UInt8], from start: Int = 0) -> UInt64 {
        var rank: UInt64 = 0
        for index in start..<(start + 8) { rank = rank << 8 | (index < bytes.count ? UInt64(bytes[index]) : 0) }
        return rank
    }
}
