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
