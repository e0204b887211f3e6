/// One command of the contract, ready to be sent or decided offline.
struct ImportCommand: Equatable, Sendable {
    /// The contract's name of the command, such as `AddProduct`.
    let name: String
    /// The same for the same thing in every run, so that a second run replays the first: 1–128 visible ASCII characters.
    /// nil for a command that changes nothing when it is sent again.
    let idempotencyKey: String?
    /// The command's fields as JSON.
    let body: [UInt8]
    /// Set by who wants to have the verdict, under this number, instead of having it counted.
    var tag: Int?

    /// Set where the order counts: commands about the same thing are decided in the order in which they were submitted.
    var thing: Int?

    /// What errors call it.
    var label: String { idempotencyKey.map { "\(name) \($0)" } ?? name }

    init(name: String, idempotencyKey: String?, body: [UInt8], tag: Int? = nil, thing: Int? = nil) {
        (self.name, self.idempotencyKey, self.body) = (name, idempotencyKey, body)
        (self.tag, self.thing) = (tag, thing)
    }
}
