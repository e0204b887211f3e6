import CXXHash
import JSON

/// Says what is wrong with the answers of one loop. The framing has been judged before.
///
/// Every body that it is given is judged whole, but one that was right for the same page is known by its hash: to parse each would take half
/// as long as to fetch it.
final class AnswerJudge {
    /// Hashes of right bodies, each in the place that its low bits name.
    private var known = [UInt64](repeating: 0, count: 1 << 15)
    private var parser = JSONParser()
    private let catalog: Catalog?

    /// - Parameter catalog: what the targets of pages are indices of.
    init(catalog: Catalog?) { self.catalog = catalog }

    /// Nil when the answer is right.
    func fault(in answer: AnswerParser, to rule: AnswerRule) -> Fault? {
        let isShort =
            answer.status == 409 && rule.mayLackStock
            && answer.body.withUnsafeBytes {
                $0.contains("insufficient-stock")
            }
        let isKnown = answer.status == 304 && rule.isConditional
        guard 200..<300 ~= answer.status || isShort || isKnown else { return .status(answer.status) }
        if rule.needsToken && !answer.hasToken { return .noToken }
        if rule.body == .page && answer.entityTag.isEmpty { return .noEntityTag }
        return isShort || isKnown ? nil : bodyFault(in: answer, to: rule)
    }

    private func bodyFault(in answer: AnswerParser, to rule: AnswerRule) -> Fault? {
        if rule.body == .unread { return nil }
        guard answer.isJSON else { return rule.body == .any ? nil : .noJSON }
        // Nothing is said about what would be too large to judge.
        if rule.body == .any && (answer.isBodyCut || answer.status == 204) { return nil }
        let key = answer.body.withUnsafeBytes { vitrine_xxh3_64($0.baseAddress, $0.count) } ^ rule.salt
        let place = Int(truncatingIfNeeded: key) & (known.count - 1)
        if known[place] == key { return nil }
        let fault = answer.body.withUnsafeBytes {
            Self.fault(in: $0.bytes, to: rule, of: catalog, parser: &parser)
        }
        if fault == nil { known[place] = key }
        return fault
    }

    private static func fault(
        in body: RawSpan, to rule: AnswerRule, of catalog: Catalog?, parser: inout JSONParser
    ) -> Fault? {
        do throws(JSONError) {
            let root = try parser.parse(body)
            switch rule.body {
            case .unread, .any: return nil
            case .outcome: return PageCheck.outcomeFault(root)
            case .page:
                guard let catalog else { return nil }
                return PageCheck(target: rule.target, catalog: catalog).fault(root)
            }
        } catch {
            return .noJSON
        }
    }
}

extension AnswerRule {
    /// Any server may be asked for a path of its own; the rest is Vitrine's.
    fileprivate var needsToken: Bool { body == .page || body == .outcome }

    /// Keeps apart what the same body may be right and wrong for.
    fileprivate var salt: UInt64 {
        guard body == .page else { return body == .any ? 1 : 2 }
        let target = UInt64(target.page.rawValue) << 32 | UInt64(UInt32(bitPattern: target.index))
        return (target &+ 3) &* 0x9E37_79B9_7F4A_7C15
    }
}
