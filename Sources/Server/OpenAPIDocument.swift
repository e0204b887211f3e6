import COpenAPI
import Marketplace

/// What the API is, as OpenAPI 3.1 spells it: `COpenAPI/openapi.json`, byte for byte.
enum OpenAPIDocument {
    static var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: openapi_bytes(), count: openapi_count()) }

    /// A hash of the bytes.
    static let etag = bytes.withMemoryRebound(to: UInt8.self) { Fingerprint(of: $0.span.bytes).high }
}
