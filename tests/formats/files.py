"""The files of `tests/data/formats`, unpacked where they are packed to keep the repository small."""

import io
import lzma
from pathlib import Path

from studies.formats.readers.refusals import Refusal

FOLDER = Path(__file__).parent.parent / "data" / "formats"


def content(name):
    data = (FOLDER / name).read_bytes()
    return lzma.decompress(data) if name.endswith(".xz") else data


def read_all(reader, given):
    """Everything that a reader gives for bytes, or for a text in UTF-8."""
    return list(reader.read(io.BytesIO(given.encode() if isinstance(given, str) else given)))


def papers(items):
    return [item for item in items if not isinstance(item, Refusal)]


def refusals(items):
    return [(item.number, item.line, item.reason) for item in items if isinstance(item, Refusal)]


def one(reader, given):
    """The only paper of a text, and it must be one."""
    (item,) = read_all(reader, given)
    assert not isinstance(item, Refusal), item
    return item
