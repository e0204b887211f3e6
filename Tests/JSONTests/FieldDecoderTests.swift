import JSON
import Testing

@Suite struct FieldDecoderTests {
    @Test func everyFaultIsCollectedWithItsPointer() {
        let decoder = decode(
            #"{"count":0,"extra":1,"count":2,"name":null,"list":[{"count":"x"},7,{"count":1.0,"a/b~c d":1}]}"#)
        #expect(decoder.malformed.map(\.pointer) == ["#/list/2/a~1b~0c%20d", "#/extra", "#/count"])
        #expect(decoder.malformed.map(\.detail).suffix(2) == ["There is no such field.", "This field is repeated."])
        #expect(
            decoder.invalid.map(\.pointer) == ["#/count", "#/name", "#/list/0/count", "#/list/1", "#/list/2/count"])
    }

    @Test func aFaultlessObjectHasNone() {
        #expect(!decode(#"{"name":"n","list":[{"count":10}],"count":1}"#).hasErrors)
    }

    @Test func keysAreComparedWithTheirEscapesResolved() {
        #expect(!decode(#"{"n\u0061me":"n","list":[],"count":1}"#).hasErrors)
        #expect(decode(#"{"n\u0061me":"n","name":"n","list":[],"count":1}"#).malformed.map(\.pointer) == ["#/name"])
    }

    @Test func anObjectOfManyFieldsIsRefusedWithinBounds() {
        let fields = (0..<100_000).map { "\"f\($0)\":0" }.joined(separator: ",")
        let decoder = decode("{\(fields),\"count\":1}")
        #expect(decoder.malformed.count == JSONObject.capacity)
    }

    @Test func errorsAreBounded() {
        let decoder = decode(
            "{\"count\":1,\"name\":\"n\",\"list\":[\(Array(repeating: "0", count: 5_000).joined(separator: ","))]}")
        #expect(decoder.invalid.count == FieldDecoder.errorLimit)
    }

    @Test func aVeryLongNameIsNotRepeated() {
        let decoder = decode("{\"count\":1,\"name\":\"n\",\"list\":[],\"\(String(repeating: "x", count: 100_000))\":1}")
        #expect(decoder.malformed.map(\.pointer) == ["#"])
    }

    /// Decodes `{count 1…10, name, list of {count}}`.
    private func decode(_ text: String) -> FieldDecoder {
        var decoder = FieldDecoder()
        var parser = JSONParser()
        let bytes = Array(text.utf8)
        guard let root = try? parser.parse(bytes.span.bytes), var object = decoder.object(root) else {
            Issue.record("not an object: \(text)")
            return decoder
        }
        count(&decoder, &object)
        if let name = decoder.required("name", from: &object) { _ = decoder.string(name, "name") }
        if let value = decoder.required("list", from: &object), var list = decoder.array(value, "list") {
            decoder.enter("list")
            var index = 0
            while let element = list.next() {
                decoder.enter(index: index)
                if var object = decoder.object(element) {
                    count(&decoder, &object)
                    decoder.finish(object)
                }
                decoder.leave()
                index += 1
            }
            decoder.leave()
        }
        decoder.finish(object)
        return decoder
    }

    @_lifetime(object: copy object)
    private func count(_ decoder: inout FieldDecoder, _ object: inout JSONObject) {
        guard let value = decoder.required("count", from: &object) else { return }
        _ = decoder.integer(value, in: 1...10, "count")
    }
}
