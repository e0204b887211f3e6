import Marketplace

/// Keeps the product columns in step with the cards.
enum ProductColumnsView {
    static func insert(_ number: UInt64, _ row: ProductRow, in views: inout ViewWriter) throws(ViewError) {
        for column in ProductColumn.allCases { try views.setColumn(column.column, number, to: column.entry(row)) }
    }

    /// Only what changed is written.
    static func change(_ number: UInt64, from before: ProductRow, to row: ProductRow, in views: inout ViewWriter)
        throws(ViewError)
    {
        for column in ProductColumn.allCases where column != .title || before.titleJSON != row.titleJSON {
            let entry = column.entry(row)
            if entry != column.entry(before) { try views.setColumn(column.column, number, to: entry) }
        }
    }
}
