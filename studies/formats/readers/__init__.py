"""Files of references, read record by record. One module a format, each with `looks_like(head)` and `read(stream)`.

`looks_like(head: bytes) -> bool` judges by the first 4 kB of a file. `read(stream: BinaryIO) -> Iterator[Incoming | Refusal]`
gives every record of the file in its order: a paper, or why it is none. It holds one record at a time, so that memory does not
grow with the file, and raises `Unreadable` where the file itself cannot be read on.
"""
