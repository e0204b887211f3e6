import JSON
import Marketplace
import Testing

@Suite struct EventEnvelopeTests {
    private let identity: Text = "0190c3f2-0000-7000-8000-0123456789ab"
    private let pounds = Currency("GBP")!

    private func write(_ stored: StoredEvent) -> (bytes: [UInt8], publicLength: Int) {
        var writer = ByteWriter()
        writer.append("before")
        let length = EventEnvelope.write(
            stored.event, position: stored.position, identity: identity, time: stored.time,
            commandKey: stored.commandKey,
            commandHash: stored.commandHash, currency: pounds, into: &writer)
        return (Array(writer.copyBytes().dropFirst(6)), length)
    }

    private func read(_ bytes: [UInt8]) throws(EventDecodingError) -> StoredEvent {
        var parser = JSONParser()
        return try EventEnvelope.decode(bytes.span.bytes, parser: &parser)
    }

    @Test func theStoredFormIsSpelledExactly() {
        let price = StoredEvent(
            position: 7, time: Timestamp(milliseconds: 1_291_191_960_123),
            event: .priceChanged(PriceChanged(productId: "p1", price: 1999)), commandKey: "k\"1",
            commandHash: Fingerprint(high: 1, low: 0xAB))
        let written = write(price)
        #expect(
            String(decoding: written.bytes, as: UTF8.self)
                == #"{"specversion":"1.0","source":"urn:uuid:0190c3f2-0000-7000-8000-0123456789ab","id":"7","#
                + #""type":"PriceChanged","subject":"p1","time":"2010-12-01T08:26:00.123Z","datacontenttype":"application/json","#
                + #""sequence":"00000000000000000007","position":7,"#
                + #""data":{"productId":"p1","price":{"amount":1999,"currency":"GBP"}},"#
                + #""commandkey":"k\"1","commandhash":"000000000000000100000000000000ab"}"#)
        #expect(
            String(decoding: written.bytes[..<written.publicLength], as: UTF8.self).hasSuffix(#""currency":"GBP"}}"#))
        let place = EventEnvelope.identityOffset..<EventEnvelope.identityOffset + EventEnvelope.identityLength
        #expect(Array(written.bytes[place]) == identity.utf8)
    }

    @Test func dataOfEachKindIsSpelledExactly() {
        func data(_ event: Event) -> String {
            var writer = ByteWriter()
            event.writeData(into: &writer, currency: pounds)
            return String(decoding: writer.copyBytes(), as: UTF8.self)
        }
        #expect(
            data(.userRegistered(UserRegistered(userId: "u", name: "N", email: "a@b", role: .seller, country: "UK")))
                == #"{"userId":"u","name":"N","role":"seller","country":"UK"}"#)
        #expect(
            data(.userUpdated(UserUpdated(userId: "u", name: "N", email: .set("a@b"), country: .clear)))
                == #"{"userId":"u","name":"N","country":null}"#)
        #expect(
            data(
                .productAdded(
                    ProductAdded(
                        productId: "p", sellerId: "s", sku: "k", title: "T", description: "a\nb", category: "c",
                        price: 5,
                        imageUrl: "http://h", stock: 3)))
                == #"{"productId":"p","sellerId":"s","sku":"k","title":"T","description":"a\nb","category":"c","#
                + #""price":{"amount":5,"currency":"GBP"},"imageUrl":"http://h","stock":3}"#)
        #expect(
            data(
                .productUpdated(ProductUpdated(productId: "p", description: .clear, category: "c", imageUrl: .set("i")))
            )
                == #"{"productId":"p","description":null,"category":"c","imageUrl":"i"}"#)
        #expect(data(.stockAdjusted(StockAdjusted(productId: "p", delta: -3))) == #"{"productId":"p","delta":-3}"#)
        #expect(
            data(.stockAdjusted(StockAdjusted(productId: "p", delta: 0, listStock: 3)))
                == #"{"productId":"p","delta":0,"listStock":3}"#)
        #expect(data(.productDiscontinued(ProductDiscontinued(productId: "p"))) == #"{"productId":"p"}"#)
        #expect(data(.orderPaid(OrderPaid(orderId: "o"))) == #"{"orderId":"o"}"#)
        #expect(data(.orderShipped(OrderShipped(orderId: "o"))) == #"{"orderId":"o"}"#)
        #expect(data(.orderDelivered(OrderDelivered(orderId: "o"))) == #"{"orderId":"o"}"#)
        #expect(
            data(
                .orderCancelled(
                    OrderCancelled(
                        orderId: "o", reason: "late",
                        returned: [.init(productId: "p", quantity: 2), .init(productId: "q", quantity: 1)])))
                == #"{"orderId":"o","reason":"late","returned":[{"productId":"p","quantity":2},{"productId":"q","quantity":1}]}"#
        )
        #expect(data(.orderRefunded(OrderRefunded(orderId: "o"))) == #"{"orderId":"o"}"#)
        #expect(
            data(.productReviewed(ProductReviewed(productId: "p", customerId: "c", rating: 4, text: "a\nb")))
                == #"{"productId":"p","customerId":"c","rating":4,"text":"a\nb"}"#)
        #expect(
            data(
                .orderCreated(
                    OrderCreated(
                        orderId: "o", customerId: "c", status: .delivered,
                        lines: [.init(productId: "p", sellerId: "s", sku: "k", title: "T", quantity: 2, unitPrice: 5)],
                        total: 10)))
                == #"{"orderId":"o","customerId":"c","status":"delivered","lines":[{"productId":"p","sellerId":"s","sku":"k","#
                + #""title":"T","quantity":2,"unitPrice":{"amount":5,"currency":"GBP"}}],"#
                + #""total":{"amount":10,"currency":"GBP"}}"#)
    }

    @Test func anyEventIsReadBackAsItWasWritten() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("anyEventIsReadBackAsItWasWritten: seed \(seed)")
        var market = RandomMarket(seed: seed)
        for round in 0..<4_000 {
            let stored = StoredEvent(
                position: UInt64(market.int(1...Int64.max)),
                time: Timestamp(milliseconds: market.int(-62_135_596_800_000...253_402_300_799_999)),
                event: market.event(kind: round % 14), commandKey: market.optional("k\\\"~!"),
                commandHash: market.optional(Fingerprint(high: .random(in: 0...UInt64.max), low: 7)))
            let written = write(stored)
            #expect(try read(written.bytes) == stored)

            // The public part with its brace is the same event without what is private.
            var shown = stored
            (shown.commandKey, shown.commandHash) = (nil, nil)
            if case .userRegistered(var event) = stored.event {
                event.email = nil
                shown.event = .userRegistered(event)
            } else if case .userUpdated(var event) = stored.event {
                event.email = .keep
                shown.event = .userUpdated(event)
            }
            #expect(try read(written.bytes[..<written.publicLength] + [UInt8(ascii: "}")]) == shown)
        }
    }

    @Test func theEmailIsOnlyInThePrivatePart() {
        let event = Event.userRegistered(UserRegistered(userId: "u", name: "N", email: "secret@x", role: .customer))
        let written = write(StoredEvent(position: 1, time: Timestamp(milliseconds: 0), event: event))
        #expect(!String(decoding: written.bytes[..<written.publicLength], as: UTF8.self).contains("secret"))
        #expect(
            String(decoding: written.bytes[written.publicLength...], as: UTF8.self)
                == #","private":{"email":"secret@x"}}"#)
    }

    @Test func aRememberedCommandWithoutEventsIsReadBack() throws {
        let mark = CommandMark(commandKey: "k\"\\", commandHash: Fingerprint(high: .max, low: 0), subject: "p1")
        var writer = ByteWriter()
        mark.write(into: &writer)
        let bytes = writer.copyBytes()
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"commandkey":"k\"\\","commandhash":"ffffffffffffffff0000000000000000","subject":"p1"}"#)
        var parser = JSONParser()
        let read = try CommandMark.decode(bytes.span.bytes, parser: &parser)
        #expect(read == mark)
    }

    @Test func whatIsNoEventNamesItsFault() {
        let good = String(
            decoding: write(
                StoredEvent(
                    position: 1, time: Timestamp(milliseconds: 0),
                    event: .stockAdjusted(StockAdjusted(productId: "p", delta: 1)))
            ).bytes, as: UTF8.self)
        func fault(_ text: String) -> EventDecodingError? {
            do {
                _ = try read(Array(text.utf8))
                return nil
            } catch { return error }
        }
        func replacing(_ old: String, _ new: String) -> String {
            guard let range = good.firstRange(of: old) else { return "" }
            return good.replacingCharacters(in: range, with: new)
        }
        #expect(fault(good) == nil)
        #expect(fault("{") == .json(.malformed))
        #expect(fault("[]") == .json(.malformed))
        #expect(fault(replacing("StockAdjusted", "StockLost")) == .unknownType("StockLost"))
        #expect(fault(replacing("\"delta\":1", "\"delta\":\"1\"")) == .field("delta"))
        #expect(fault(replacing("1970", "19x0")) == .field("time"))
        #expect(fault(replacing("\"position\":1", "\"position\":-1")) == .field("position"))
        #expect(fault(replacing("\"data\"", "\"date\"")) == .field("data"))
        for rating in ["0", "6", "-1", "256"] {
            let review = replacing("StockAdjusted", "ProductReviewed").replacing(
                "\"delta\":1", with: "\"customerId\":\"c\",\"rating\":\(rating)")
            #expect(fault(review) == .field("rating"))
        }
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
