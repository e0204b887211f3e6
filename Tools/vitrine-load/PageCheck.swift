import CXXHash
import Glibc
import JSON

/// Whether a page of the storefront holds what was asked for.
struct PageCheck {
    let target: Target
    let catalog: Catalog

    /// Cards of a page whose request names no limit.
    private static let cardsMax = 20

    func fault(_ root: JSON.JSONValue) -> Fault? {
        guard var object = root.object else { return target.page == .product ? .noObject : .noList }
        if target.page == .product {
            guard let id = object.take("productId")?.string else { return .noObject }
            return id.equals(catalog.productIds[Int(target.index)]) ? nil : .otherThanAsked
        }
        guard let items = object.take("items")?.array, let cursor = object.take("nextCursor"),
            cursor.isNull || cursor.string != nil
        else { return .noList }
        return fault(items)
    }

    /// A command's outcome.
    static func outcomeFault(_ root: JSON.JSONValue) -> Fault? {
        guard var object = root.object, object.take("position")?.int64 != nil, object.take("id")?.string != nil,
            object.take("events")?.array != nil
        else { return .noObject }
        return nil
    }

    private func fault(_ items: JSONArray) -> Fault? {
        var items = items
        var ids = InlineArray<20, UInt64>(repeating: 0)
        var count = 0
        var last: Place?
        while let item = items.next() {
            guard count < Self.cardsMax else { return .otherThanAsked }
            guard var card = item.object, let id = card.take(isOrders ? "orderId" : "productId")?.string,
                var money = card.take(isOrders ? "total" : "price")?.object, let amount = money.take("amount")?.int64,
                let time = card.take(isOrders ? "placedAt" : "addedAt")?.string, let time = Self.digits(of: time)
            else { return .noCard }
            let hash = id.withUnsafeBytes { vitrine_xxh3_64($0.baseAddress, $0.count) }
            for index in 0..<count where ids[index] == hash { return .repeated }
            ids[count] = hash
            count += 1
            guard amount >= (isOrders ? 0 : 1) else { return .badAmount }
            if let fault = faultOfFilter(card) { return fault }
            let place = Place(amount: amount, time: time)
            if let last, !isInOrder(last, place) { return .notSorted }
            last = place
        }
        return nil
    }

    private var isOrders: Bool { target.page == .orders }

    private func faultOfFilter(_ card: JSONObject) -> Fault? {
        var card = card
        let index = Int(target.index)
        switch target.page {
        case .newest, .product: return nil
        case .category, .categoryByPrice, .categoryByPriceDown:
            guard let name = card.take("category")?.string else { return .noCard }
            return name.equals(catalog.categoryNames[index]) ? nil : .otherThanAsked
        case .seller, .orders:
            guard var user = card.take(isOrders ? "customer" : "seller")?.object, let id = user.take("userId")?.string
            else { return .noCard }
            return id.equals(isOrders ? catalog.customerIds[index] : catalog.sellerIds[index]) ? nil : .otherThanAsked
        }
    }

    /// What an item is sorted by.
    private struct Place {
        let amount: Int64
        let time: Int64
    }

    /// Every order ties by the newest.
    private func isInOrder(_ first: Place, _ second: Place) -> Bool {
        switch target.page {
        case .categoryByPrice where first.amount != second.amount: first.amount < second.amount
        case .categoryByPriceDown where first.amount != second.amount: first.amount > second.amount
        default: first.time >= second.time
        }
    }

    /// Times such as 2026-11-23T09:00:00.000Z have one form, so that the numbers of their digits are in their order.
    private static func digits(of time: RawSpan) -> Int64? {
        guard time.byteCount == 24 else { return nil }
        return time.withUnsafeBytes { bytes in
            var number: Int64 = 0
            for byte in bytes {
                let digit = Int64(byte) - 48
                if 0...9 ~= digit { number = number * 10 + digit }
            }
            return number
        }
    }
}

extension RawSpan {
    fileprivate func equals(_ bytes: [UInt8]) -> Bool {
        byteCount == bytes.count
            && withUnsafeBytes { own in
                bytes.withUnsafeBytes { memcmp(own.baseAddress!, $0.baseAddress!, own.count) == 0 }
            }
    }
}
