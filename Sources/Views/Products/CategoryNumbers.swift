import JSON
import LMDB
import Marketplace

/// Categories by name: a category is numbered by the first event that named it.
enum CategoryNumbers {
    static func number(of category: Text, orNew number: UInt64, in views: inout ViewWriter) throws(ViewError) -> UInt64
    {
        let key = BoundedKey.bytes(category.utf8.span.bytes)
        if let known = try views.get(.categoryNumbers, key.span.bytes) { return known.bigEndian(0) }
        try views.putNumber(.categoryNumbers, of: key, number)
        return number
    }
}

extension ViewSnapshot {
    public func categoryNumber(_ name: RawSpan) throws(LMDBError) -> UInt64? {
        let key = BoundedKey.bytes(name)
        return try number(.categoryNumbers, of: key.span.bytes)
    }
}
