import JSON
import LMDB
import Marketplace

/// Categories by name: they are numbered from 0 as events name them.
enum CategoryNumbers {
    static func number(of category: Text, in views: inout ViewWriter) throws(ViewError) -> UInt64 {
        let key = BoundedKey.bytes(category.utf8.span.bytes)
        if let known = try views.get(.categoryNumbers, key.span.bytes) { return known.bigEndian(0) }
        let number = views.nextNumber(.categoryNames)
        try views.putNumber(.categoryNumbers, of: key, number)
        try views.put(.categoryNames, number: number, UserRow.json(category).span.bytes)
        return number
    }
}

extension ViewSnapshot {
    public func categoryNumber(_ name: RawSpan) throws(LMDBError) -> UInt64? {
        let key = BoundedKey.bytes(name)
        return try number(.categoryNumbers, of: key.span.bytes)
    }
}
