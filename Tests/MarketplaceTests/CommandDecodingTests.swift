import JSON
import Marketplace
import Testing

@Suite struct CommandDecodingTests {
    // MARK: Whole commands

    @Test func everyCommandIsDecodedWithAllItsFields() throws {
        let money = #"{"amount":1999,"currency":"GBP"}"#
        #expect(
            try decode("RegisterUser", #"{"userId":"u1","name":"Ann","email":"a@b","role":"seller","country":"UK"}"#)
                .command
                == .registerUser(RegisterUser(userId: "u1", name: "Ann", email: "a@b", role: .seller, country: "UK")))
        #expect(
            try decode("UpdateUser", #"{"userId":"u1","name":"Bo","email":null,"country":"FR"}"#).command
                == .updateUser(UpdateUser(userId: "u1", name: "Bo", email: .clear, country: .set("FR"))))
        #expect(
            try decode(
                "AddProduct",
                #"{"productId":"p1","sellerId":"s1","sku":"K 1","title":"Lamp","description":"a\nb","category":"home","#
                    + #""price":\#(money),"imageUrl":"https://x/y","stock":5}"#
            ).command
                == .addProduct(
                    AddProduct(
                        productId: "p1", sellerId: "s1", sku: "K 1", title: "Lamp", description: "a\nb",
                        category: "home",
                        price: 1999, imageUrl: "https://x/y", stock: 5)))
        #expect(
            try decode("UpdateProduct", #"{"productId":"p1","title":"T","description":null,"imageUrl":"http://h"}"#)
                .command
                == .updateProduct(
                    UpdateProduct(productId: "p1", title: "T", description: .clear, imageUrl: .set("http://h"))))
        #expect(
            try decode("ChangePrice", #"{"productId":"p1","price":\#(money)}"#).command
                == .changePrice(ChangePrice(productId: "p1", price: 1999)))
        #expect(
            try decode("AdjustStock", #"{"productId":"p1","delta":-3}"#).command
                == .adjustStock(AdjustStock(productId: "p1", delta: -3)))
        #expect(
            try decode("AdjustStock", #"{"productId":"p1","stock":3}"#).command
                == .adjustStock(AdjustStock(productId: "p1", change: .to(3))))
        #expect(
            try decode("AdjustStock", #"{"productId":"p1","listStock":3}"#).command
                == .adjustStock(AdjustStock(productId: "p1", change: .listed(3))))
        #expect(
            try decode("DiscontinueProduct", #"{"productId":"p1"}"#).command
                == .discontinueProduct(DiscontinueProduct(productId: "p1")))
        #expect(
            try decode(
                "CreateOrder",
                #"{"orderId":"o1","customerId":"c1","lines":[{"productId":"p1","quantity":2},{"productId":"p1","quantity":1}],"#
                    + #""expectedTotal":\#(money)}"#
            ).command
                == .createOrder(
                    CreateOrder(
                        orderId: "o1", customerId: "c1",
                        lines: [.init(productId: "p1", quantity: 2), .init(productId: "p1", quantity: 1)],
                        expectedTotal: 1999)))
    }

    @Test func reviewsAndOrderStatesAreDecodedWithAllTheirFields() throws {
        #expect(
            try decode("ReviewProduct", #"{"productId":"p1","customerId":"c1","rating":4,"text":"a\nb"}"#).command
                == .reviewProduct(ReviewProduct(productId: "p1", customerId: "c1", rating: 4, text: "a\nb")))
        #expect(
            try decode("ReviewProduct", #"{"productId":"p1","customerId":"c1","rating":1,"text":null}"#).command
                == .reviewProduct(ReviewProduct(productId: "p1", customerId: "c1", rating: 1)))
        #expect(try decode("PayOrder", #"{"orderId":"o1"}"#).command == .payOrder(PayOrder(orderId: "o1")))
        #expect(try decode("ShipOrder", #"{"orderId":"o1"}"#).command == .shipOrder(ShipOrder(orderId: "o1")))
        #expect(try decode("DeliverOrder", #"{"orderId":"o1"}"#).command == .deliverOrder(DeliverOrder(orderId: "o1")))
        #expect(
            try decode("CancelOrder", #"{"orderId":"o1","reason":"late"}"#).command
                == .cancelOrder(CancelOrder(orderId: "o1", reason: "late")))
        #expect(
            try decode("RefundOrder", #"{"orderId":"o1","reason":null}"#).command
                == .refundOrder(RefundOrder(orderId: "o1")))
    }

    @Test func anIdIsMadeForWhoeverChoseNone() throws {
        let submitted = try decode("RegisterUser", #"{"name":"Ann","role":"customer"}"#)
        #expect(submitted.command == .registerUser(RegisterUser(userId: "made-1", name: "Ann", role: .customer)))
        #expect(
            try decode("CreateOrder", #"{"customerId":"c","lines":[{"productId":"p","quantity":1}]}"#).command
                == .createOrder(
                    CreateOrder(orderId: "made-1", customerId: "c", lines: [.init(productId: "p", quantity: 1)])))
    }

    @Test func nullForAnOptionalFieldOfANewThingIsItsAbsence() throws {
        let plain = try decode("RegisterUser", #"{"userId":"u","name":"Ann","role":"customer"}"#)
        let nulls = try decode(
            "RegisterUser",
            #"{"userId":"u","name":"Ann","role":"customer","email":null,"country":null,"occurredAt":null}"#)
        #expect(plain == nulls)
    }

    @Test func anUnknownCommandIsItsOwnKind() {
        #expect(rejection("registerUser", "{}")?.kind == .unknownCommand)
        #expect(rejection("PayOrders", "no JSON")?.kind == .unknownCommand)
        #expect(rejection("", "{}")?.kind == .unknownCommand)
    }

    // MARK: Malformed

    @Test(arguments: ["", "x", "[]", "7", "null", "\"{}\"", "{} {}", #"{"userId":"u""#])
    func aBodyThatIsNoObjectIsMalformed(body: String) {
        #expect(rejection("DiscontinueProduct", body)?.kind == .malformed)
    }

    @Test(arguments: [
        ("DiscontinueProduct", #"{"productId":"p","colour":1}"#, "#/colour"),
        ("DiscontinueProduct", #"{"productId":"p","productId":"p"}"#, "#/productId"),
        ("DiscontinueProduct", #"{"productId":"p","unitPrice":{}}"#, "#/unitPrice"),
        ("ChangePrice", #"{"productId":"p","price":{"amount":1,"currency":"GBP","tax":0}}"#, "#/price/tax"),
        ("ChangePrice", #"{"productId":"p","price":{"amount":1,"amount":1,"currency":"GBP"}}"#, "#/price/amount"),
        ("CreateOrder", #"{"customerId":"c","lines":[{"productId":"p","quantity":1,"x":0}]}"#, "#/lines/0/x"),
        ("UpdateUser", #"{"userId":"u","name":"n","role":"seller"}"#, "#/role"),
        ("PayOrder", #"{"orderId":"o","reason":"r"}"#, "#/reason"),
        ("ShipOrder", #"{"orderId":"o","reason":null}"#, "#/reason"),
        ("DeliverOrder", #"{"orderId":"o","reason":"r"}"#, "#/reason"),
    ])
    func anUnknownOrRepeatedFieldIsMalformed(name: String, body: String, pointer: String) {
        let rejection = rejection(name, body)
        #expect(rejection?.kind == .malformed)
        #expect(rejection?.pointers == [pointer])
    }

    @Test func malformedOutweighsInvalidAndBothAreTold() {
        let rejection = rejection("ChangePrice", #"{"price":{"amount":0,"currency":"EUR"},"x":1}"#)
        #expect(rejection?.kind == .malformed)
        #expect(rejection?.pointers == ["#/x", "#/productId", "#/price/amount", "#/price/currency"])
    }

    // MARK: Invalid

    @Test(arguments: [
        ("AddProduct", "{}", ["#/sellerId", "#/sku", "#/title", "#/category", "#/price", "#/stock"]),
        ("AdjustStock", #"{"productId":"p"}"#, ["#/delta"]),
        ("AdjustStock", #"{"productId":"p","delta":1,"listStock":1}"#, ["#/delta", "#/listStock"]),
        (
            "AdjustStock", #"{"productId":"p","listStock":1,"stock":1,"delta":0}"#,
            ["#/delta", "#/stock", "#/listStock"]
        ),
        (
            "AddProduct",
            #"{"sellerId":"s","sku":"k","title":"t","category":"c","price":{"amount":1,"currency":"GBP"},"stock":1,"#
                + #""listStock":1}"#, ["#/stock", "#/listStock"]
        ),
        ("RegisterUser", "{}", ["#/name", "#/role"]),
        ("CreateOrder", "{}", ["#/customerId", "#/lines"]),
        ("ReviewProduct", "{}", ["#/productId", "#/customerId", "#/rating"]),
        ("CancelOrder", "{}", ["#/orderId"]),
        ("UpdateUser", #"{"userId":"u"}"#, ["#"]),
        ("UpdateProduct", #"{"productId":"p"}"#, ["#"]),
        ("UpdateUser", #"{"userId":"u","name":null}"#, ["#/name"]),
        ("UpdateProduct", #"{"productId":"p","title":null,"category":null}"#, ["#/title", "#/category"]),
        ("RegisterUser", #"{"name":null,"role":"customer"}"#, ["#/name"]),
        (
            "RegisterUser", #"{"name":7,"role":"Customer","email":{},"country":[]}"#,
            ["#/name", "#/email", "#/role", "#/country"]
        ),
        ("ChangePrice", #"{"productId":"p","price":1999}"#, ["#/price"]),
        ("ChangePrice", #"{"productId":"p","price":{}}"#, ["#/price/amount", "#/price/currency"]),
        (
            "ChangePrice", #"{"productId":"p","price":{"amount":"1","currency":826}}"#,
            ["#/price/amount", "#/price/currency"]
        ),
        ("CreateOrder", #"{"customerId":"c","lines":{}}"#, ["#/lines"]),
        ("CreateOrder", #"{"customerId":"c","lines":[]}"#, ["#/lines"]),
        ("CreateOrder", #"{"customerId":"c","lines":[1,{"productId":"p"}]}"#, ["#/lines/0", "#/lines/1/quantity"]),
    ])
    func missingFieldsAndWrongTypesAreInvalid(name: String, body: String, pointers: [String]) {
        let rejection = rejection(name, body)
        #expect(rejection?.kind == .invalid)
        #expect(rejection?.pointers == pointers)
    }

    @Test func aForeignCurrencyIsItsOwnKindUnlessMoreIsWrong() {
        #expect(
            rejection("ChangePrice", #"{"productId":"p","price":{"amount":1,"currency":"EUR"}}"#)?.kind
                == .wrongCurrency)
        #expect(
            rejection("ChangePrice", #"{"productId":"p","price":{"amount":1,"currency":"gbp"}}"#)?.kind
                == .wrongCurrency)
        let both = rejection("ChangePrice", #"{"productId":"p","price":{"amount":0,"currency":"EUR"}}"#)
        #expect(both?.kind == .invalid)
        #expect(both?.pointers == ["#/price/amount", "#/price/currency"])
    }

    // MARK: Imports

    @Test(arguments: [
        ("DiscontinueProduct", #"{"productId":"p","occurredAt":"2010-12-01T08:26:00Z"}"#, "#/occurredAt"),
        ("PayOrder", #"{"orderId":"o","occurredAt":"2010-12-01T08:26:00Z"}"#, "#/occurredAt"),
        (
            "ReviewProduct", #"{"productId":"p","customerId":"c","rating":1,"occurredAt":"2010-12-01T08:26:00Z"}"#,
            "#/occurredAt"
        ),
        ("CreateOrder", #"{"customerId":"c","lines":[{"productId":"p","quantity":1}],"status":"paid"}"#, "#/status"),
        (
            "CreateOrder",
            #"{"customerId":"c","lines":[{"productId":"p","quantity":1,"unitPrice":{"amount":1,"currency":"GBP"}}]}"#,
            "#/lines/0/unitPrice"
        ),
    ])
    func fieldsOfImportsAreTakenOnlyWhenAllowed(name: String, body: String, pointer: String) {
        let refused = rejection(name, body)
        #expect(refused?.kind == .importsOff)
        #expect(refused?.pointers == [pointer])
        #expect(rejection(name, body, imports: true) == nil)
    }

    @Test func importsSetTimePriceAndStatus() throws {
        let submitted = try decode(
            "CreateOrder",
            #"{"orderId":"o","customerId":"c","lines":[{"productId":"p","quantity":1,"unitPrice":{"amount":7,"currency":"GBP"}}],"#
                + #""status":"refunded","occurredAt":"2010-12-01T09:26:00+01:00"}"#, imports: true)
        #expect(submitted.occurredAt == Timestamp(milliseconds: 1_291_191_960_000))
        #expect(
            submitted.command
                == .createOrder(
                    CreateOrder(
                        orderId: "o", customerId: "c", lines: [.init(productId: "p", quantity: 1, unitPrice: 7)],
                        status: .refunded)))
    }

    @Test(arguments: [
        ("\"yesterday\"", false), ("1291191960000", false), ("\"0001-01-01T00:00:00Z\"", true),
        ("\"0001-01-01T00:00:00+00:01\"", false), ("\"9999-12-31T23:59:59.999Z\"", true),
        ("\"9999-12-31T23:59:59-00:01\"", false), ("\"2010-12-01\"", true),
    ])
    func theTimeOfAnImportCanBeWrittenBack(time: String, isAccepted: Bool) {
        let rejection = rejection("DiscontinueProduct", #"{"productId":"p","occurredAt":\#(time)}"#, imports: true)
        #expect((rejection == nil) == isAccepted)
        #expect(isAccepted || rejection?.pointers == ["#/occurredAt"])
    }
}
