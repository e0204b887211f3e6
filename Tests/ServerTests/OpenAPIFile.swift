import Foundation
import Testing

@testable import Server

/// The description that the server gives, with its references followed.
struct OpenAPIFile {
    private let root: [String: Any]

    init() {
        let data = Data(OpenAPIDocument.bytes)
        root = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
    }

    /// Operations by path and method.
    var paths: [String: [String: [String: Any]]] { root["paths"] as? [String: [String: [String: Any]]] ?? [:] }

    func schema(_ name: String) -> [String: Any]? { followed(["$ref": "#/components/schemas/\(name)"]) }

    func parameters(of operation: [String: Any], in place: String) -> [(name: String, schema: Any?)] {
        (operation["parameters"] as? [[String: Any]] ?? []).map(followed)
            .filter { $0["in"] as? String == place }
            .map { ($0["name"] as? String ?? "", $0["schema"]) }
    }

    /// Responses by status.
    func responses(of operation: [String: Any]) -> [String: [String: Any]] {
        (operation["responses"] as? [String: [String: Any]] ?? [:]).mapValues(followed)
    }

    /// What the API says of itself as a whole.
    var summary: String { (root["info"] as? [String: Any])?["description"] as? String ?? "" }

    /// The components that nothing refers to, as paths from the root.
    var unusedComponents: [String] {
        let components = root["components"] as? [String: [String: Any]] ?? [:]
        let all = components.flatMap { kind, members in members.keys.map { "#/components/\(kind)/\($0)" } }
        return Set(all).subtracting(references(in: root)).sorted()
    }

    private func references(in value: Any) -> Set<String> {
        if let list = value as? [Any] { return list.reduce(into: []) { $0.formUnion(references(in: $1)) } }
        guard let object = value as? [String: Any] else { return [] }
        let own: Set<String> = (object["$ref"] as? String).map { [$0] } ?? []
        return object.values.reduce(into: own) { $0.formUnion(references(in: $1)) }
    }

    /// Places of `enum` and `const` without a `type` beside them.
    var untypedValues: [String] { untypedValues(in: root, at: "#") }

    private func untypedValues(in value: Any, at place: String) -> [String] {
        if let list = value as? [Any] {
            return list.enumerated().flatMap { untypedValues(in: $1, at: "\(place)/\($0)") }
        }
        guard let object = value as? [String: Any] else { return [] }
        let isUntyped = (object["enum"] is [Any] || object["const"] != nil) && object["type"] == nil
        return (isUntyped ? [place] : []) + object.flatMap { untypedValues(in: $1, at: "\(place)/\($0)") }
    }

    /// Whether a schema of text takes `text`; nil when it is of something else or only names a format.
    func takes(_ text: String, _ schema: [String: Any]) -> Bool? {
        let kinds = (schema["anyOf"] as? [[String: Any]] ?? [schema]).map(followed)
        guard let rule = kinds.first(where: { $0["type"] as? String == "string" }) else { return nil }
        guard let pattern = rule["pattern"] as? String else { return nil }
        let characters = text.unicodeScalars.count
        let isLongEnough = characters >= rule["minLength"] as? Int ?? 0
        let isShortEnough = characters <= rule["maxLength"] as? Int ?? .max
        // In ECMA-262 a $ is the very end, in ICU also what stands before a last line end.
        let whole = pattern.replacing(/\$$/, with: #"\z"#)
        return isLongEnough && isShortEnough && text.range(of: whole, options: .regularExpression) != nil
    }

    // MARK: Problems

    /// The examples of problems, all of them.
    var problems: [(slug: String, status: Int)] {
        let components = root["components"] as? [String: Any] ?? [:]
        return (components["examples"] as? [String: [String: Any]] ?? [:]).values.compactMap(problem)
    }

    func problems(in response: [String: Any]) -> [(slug: String, status: Int)] {
        let content = response["content"] as? [String: [String: Any]] ?? [:]
        let examples = content["application/problem+json"]?["examples"] as? [String: [String: Any]] ?? [:]
        return examples.values.map(followed).compactMap(problem)
    }

    private func problem(_ example: [String: Any]) -> (slug: String, status: Int)? {
        let prefix = "urn:vitrine:problem:"
        guard let value = example["value"] as? [String: Any], let type = value["type"] as? String,
            type.hasPrefix(prefix),
            let status = value["status"] as? Int
        else { return nil }
        return (String(type.dropFirst(prefix.count)), status)
    }

    /// What a `$ref` stands for; anything else as it is.
    private func followed(_ object: [String: Any]) -> [String: Any] {
        guard let reference = object["$ref"] as? String else { return object }
        var place: Any? = root
        for step in reference.dropFirst(2).split(separator: "/") { place = (place as? [String: Any])?[String(step)] }
        guard let found = place as? [String: Any] else {
            Issue.record("\(reference) leads nowhere")
            return [:]
        }
        return followed(found)
    }
}
