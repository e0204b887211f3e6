import CXXHash
import POSIX

/// Which numbers products had whose ids were looked up.
///
/// A product keeps its number for as long as the views are of this build, so nothing here grows old. But ids that share a place
/// push each other out, and a snapshot may be older than a number: what is found here is a guess until the number's row shows the id.
final class ProductNumbers {
    /// A number plus one, by a hash of the id; 0 where there is none. 4 MiB.
    private let numbers = ZeroedTable<UInt32>(count: 1 << 20)

    private func place(_ productId: RawSpan) -> Int {
        let hash = productId.withUnsafeBytes { XXH3_64bits($0.baseAddress, $0.count) }
        return Int(truncatingIfNeeded: hash % UInt64(numbers.count))
    }

    func guess(_ productId: RawSpan) -> UInt64? {
        let number = numbers[place(productId)]
        return number == 0 ? nil : UInt64(number) - 1
    }

    func keep(_ number: UInt64, of productId: RawSpan) {
        guard let kept = UInt32(exactly: number + 1) else { return }
        numbers[place(productId)] = kept
    }
}
