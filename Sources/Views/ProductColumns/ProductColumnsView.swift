import Marketplace

/// Keeps the product columns in step with the cards, and how many listed products each category and seller has.
enum ProductColumnsView {
    static func insert(_ number: UInt64, _ row: ProductRow, in views: inout ViewWriter) throws(ViewError) {
        let titleKey = TitleOrder.key(ofJSON: row.titleJSON)
        for column in ProductColumn.allCases {
            let entry = column.entry(row, titleKey: titleKey)
            for part in 0..<column.partCount {
                try views.setColumn(column.column(part: part), number, to: column.part(part, of: entry))
            }
        }
        try FacetColumn.count(row, 1, in: &views)
        try ProductSetsView.add(number, to: row.categorySet, in: &views)
        try ProductSetsView.add(number, to: row.sellerSet, in: &views)
    }

    /// Only what changed is written.
    static func change(_ number: UInt64, from before: ProductRow, to row: ProductRow, in views: inout ViewWriter)
        throws(ViewError)
    {
        let isRetitled = before.titleJSON != row.titleJSON
        let (oldKey, newKey) =
            isRetitled ? (TitleOrder.key(ofJSON: before.titleJSON), TitleOrder.key(ofJSON: row.titleJSON)) : ([], [])
        for column in ProductColumn.allCases {
            let (old, new) = (column.entry(before, titleKey: oldKey), column.entry(row, titleKey: newKey))
            guard old != new else { continue }
            for part in 0..<column.partCount where column.part(part, of: old) != column.part(part, of: new) {
                try views.setColumn(column.column(part: part), number, to: column.part(part, of: new))
            }
        }
        let isMoved = before.isDiscontinued != row.isDiscontinued || before.categoryNumber != row.categoryNumber
        guard isMoved else { return }
        if !before.isDiscontinued {
            try FacetColumn.count(before, -1, in: &views)
            try ProductSetsView.remove(number, from: before.categorySet, in: &views)
        }
        if row.isDiscontinued {
            try ProductSetsView.remove(number, from: row.sellerSet, in: &views)
        } else {
            try FacetColumn.count(row, 1, in: &views)
            try ProductSetsView.add(number, to: row.categorySet, in: &views)
        }
    }
}

extension ProductRow {
    fileprivate var categorySet: ProductSet { ProductSet(kind: .category, number: categoryNumber) }
    fileprivate var sellerSet: ProductSet { ProductSet(kind: .seller, number: sellerNumber) }
}
