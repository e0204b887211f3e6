/// What both kinds of transaction can do: look a row up. For code that reads the same way inside and outside a write.
public protocol RowSource: ~Copyable {
    @_lifetime(borrow self)
    func get(_ table: Table, _ key: RawSpan) throws(LMDBError) -> RawSpan?
}

extension ReadTransaction: RowSource {}
extension WriteTransaction: RowSource {}
