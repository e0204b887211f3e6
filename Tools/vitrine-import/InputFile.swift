import POSIX

/// A file to be imported, or standard input.
struct InputFile {
    /// What errors call it.
    let name: String
    /// Fills a buffer, which is not empty, and returns how many bytes; 0 is the end.
    let read: (UnsafeMutableRawBufferPointer) throws(ImportError) -> Int

    /// Opens the file at `path`; `-` is standard input. `kind` says in errors what sort of file to give.
    init(_ path: String, kind: String) throws(ImportError) {
        let input: ByteInput
        do throws(SystemError) {
            input = path == "-" ? .standardInput : try ByteInput(path: path)
        } catch {
            throw ImportError("\(error); give a readable \(kind) file, or - for standard input")
        }
        name = input.name
        read = { (buffer) throws(ImportError) in
            do throws(SystemError) {
                return try input.read(into: buffer)
            } catch {
                throw ImportError("\(error); give a readable \(kind) file, or - for standard input")
            }
        }
    }
}
