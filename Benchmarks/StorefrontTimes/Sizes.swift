import ArgumentParser
import CBareReads
import Views

/// What the views take for a product and for an order.
struct Sizes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rows and bytes of every table, and what a product, an order and the rest take of them.")

    @Argument(help: "The data directory.")
    var data: String

    private static let groups: [(name: String, each: String, tables: [ViewTable])] = [
        (
            "a product", "products",
            [.products, .productNumbers, .productDescriptions, .productLists, .productColumns]
        ),
        (
            "an order", "orders",
            [.orders, .orderNumbers, .orderDetails, .orderStates, .orderChanges, .orderLists, .orderColumns]
        ),
        ("a review", "reviews", [.reviews, .reviewNumbers, .reviewLists]),
        ("a user", "users", [.users, .userNumbers]),
    ]

    func run() throws {
        let storefront = try Storefront(dataDirectory: data)
        func table(_ name: String) -> (rows: Int, bytes: Int) {
            var (rows, bytes) = (0, 0)
            guard bare_table(storefront.bare, name, &rows, &bytes) != 0 else { return (0, 0) }
            return (rows, bytes)
        }
        print("\(padded("table", 24))\(right("rows", 14))\(right("MiB", 10))\(right("bytes a row", 14))")
        var all = 0
        for name in ViewTable.allCases.map(\.name) {
            let (rows, bytes) = table(name)
            all += bytes
            let each = rows > 0 ? decimal(Double(bytes) / Double(rows), 1) : "-"
            print(
                "\(padded(name, 24))\(right(grouped(rows), 14))"
                    + "\(right(decimal(Double(bytes) / 1_048_576, 1), 10))\(right(each, 14))")
        }
        print("\(padded("together", 24))\(right("", 14))\(right(decimal(Double(all) / 1_048_576, 1), 10))\n")
        for group in Sizes.groups {
            let bytes = group.tables.reduce(0) { $0 + table($1.name).bytes }
            let count = table(group.each).rows
            guard count > 0 else { continue }
            let lines = group.tables.map { "\($0.name) \(decimal(Double(table($0.name).bytes) / Double(count), 0))" }
            print(
                "\(group.name) takes \(decimal(Double(bytes) / Double(count), 0)) bytes: \(lines.joined(separator: ", "))"
            )
        }
        let orders = table("orders").rows
        if orders > 0 {
            print("the sales reports take \(decimal(Double(table("sales").bytes) / Double(orders), 0)) bytes an order")
        }
    }
}
