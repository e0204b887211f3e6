import JSON
import Marketplace

extension RetailMarket: MarketSource {
    func count(of phase: Phase) -> Int {
        switch phase {
        case .users: 1 + customers.count
        case .products: products.count
        case .orders: orders.count
        default: 0
        }
    }

    func command(_ phase: Phase, _ index: Int) -> ImportCommand? {
        switch phase {
        case .users: index == 0 ? sellerCommand : command(for: customers[customersBySince[index - 1]])
        case .products: command(for: products[productsByAddedAt[index]])
        case .orders: command(for: orders[ordersByPlacedAt[index]])
        default: nil
        }
    }

    private var sellerCommand: ImportCommand {
        make("RegisterUser", "retail/seller/\(Self.sellerId)") { body in
            body.field("userId", Self.sellerId)
            body.field("name", Self.sellerId)
            body.field("role", "seller")
            body.field("occurredAt", firstTime)
        }
    }

    private func command(for customer: Customer) -> ImportCommand {
        make("RegisterUser", "retail/customer/\(customer.id)") { body in
            body.field("userId", customer.id)
            body.field("name", customer.id)
            body.field("role", "customer")
            if let country = customer.country { body.field("country", country) }
            body.field("occurredAt", customer.since)
        }
    }

    /// Brings a user of an earlier, shorter file to what this one says; nil when it says nothing that can change.
    func update(ofUser index: Int) -> ImportCommand? {
        guard index > 0 else { return nil }
        let customer = customers[customersBySince[index - 1]]
        guard let country = customer.country else { return nil }
        return make("UpdateUser", key("customer", customer.id, command(for: customer), "country")) { body in
            body.field("userId", customer.id)
            body.field("country", country)
        }
    }

    /// Adds a product whatever the key remembers: it is refused if there is one, and the refusal says whose.
    func addition(ofProduct index: Int) -> ImportCommand {
        let command = command(for: products[productsByAddedAt[index]])
        return ImportCommand(name: command.name, idempotencyKey: nil, body: command.body)
    }

    /// Brings the price of an earlier, shorter file's product to this one's.
    func priceChange(ofProduct index: Int) -> ImportCommand {
        let product = products[productsByAddedAt[index]]
        return make("ChangePrice", key("product", product.id, command(for: product), "price")) { body in
            body.field("productId", product.id)
            body.field("price", money: product.price, currency)
        }
    }

    /// Brings the title of an earlier, shorter file's product to this one's; nil when this one has none.
    func titleChange(ofProduct index: Int) -> ImportCommand? {
        let product = products[productsByAddedAt[index]]
        guard let title = product.title else { return nil }
        return make("UpdateProduct", key("product", product.id, command(for: product), "title")) { body in
            body.field("productId", product.id)
            body.field("title", title)
        }
    }

    /// Under this key a change happens once for what a file says of a thing: the same file again replays it. A file only
    /// grows, and each row changes what it sells in all, so no file says the same of a thing again after another.
    private func key(_ kind: String, _ id: Text, _ whole: ImportCommand, _ what: String) -> String {
        let hash = String(Fingerprint(of: whole.body.span.bytes).high, radix: 16)
        return "retail/\(kind)/\(id)/\(hash)/\(what)"
    }

    func lines(ofOrder order: Int) -> some Sequence<Line> {
        let first = orders[order].firstLine
        return linesByOrder[first..<(first + orders[order].lineCount)].lazy.map { lines[$0] }
    }

    private func command(for product: Product) -> ImportCommand {
        make("AddProduct", "retail/product/\(product.id)") { body in
            body.field("productId", product.id)
            body.field("sellerId", Self.sellerId)
            body.field("sku", product.sku)
            // A product must have a title; one that the file never describes is known by its code.
            body.field("title", product.title ?? product.sku)
            body.field("category", Self.category)
            body.field("price", money: product.price, currency)
            body.field("stock", product.unitsSold)
            body.field("occurredAt", product.addedAt)
        }
    }

    private func command(for order: Order) -> ImportCommand {
        make("CreateOrder", "retail/order/\(order.id)") { body in
            body.field("orderId", order.id)
            body.field("customerId", customers[order.customer].id)
            body.fieldName("lines")
            body.append("[")
            for place in order.firstLine..<(order.firstLine + order.lineCount) {
                let line = lines[linesByOrder[place]]
                body.append(place == order.firstLine ? "{" : ",{")
                body.field("productId", products[line.product].id)
                body.field("quantity", line.quantity)
                body.field("unitPrice", money: line.unitPrice, currency)
                body.append("}")
            }
            body.append("]")
            body.field("status", "delivered")
            body.field("occurredAt", order.placedAt)
        }
    }
}
