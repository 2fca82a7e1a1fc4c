"""Which format a file has, judged by what is in it and not by its name; and why one has none that the atlas reads. Pure."""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from studies.formats.readers import bibtex, csl, drafts, jats, nbib, pubmed_xml, ris, tabular
from studies.formats.readers.columns import folded
from studies.formats.readers.encoding import plain_head
from studies.formats.readers.refusals import Refusal, Unreadable
from studies.incoming import Incoming

MOST_BYTES = 100_000_000
HEAD = 4096
IN_MEMORY = 8_000_000  # bytes of a stream that cannot be rewound; what is more goes to a temporary file

Items = Iterator[Incoming | Refusal]


@dataclass(frozen=True)
class Reader:
    """A format under its name in a sentence, with the two functions of its module."""

    name: str
    looks_like: Callable[[bytes], bool]
    read: Callable[[BinaryIO], Items]


# In the order in which they are asked; a table comes last, since any text might be one.
READERS: Mapping[str, Reader] = {
    "pubmed_xml": Reader("PubMed XML", pubmed_xml.looks_like, pubmed_xml.read),
    "jats": Reader("JATS XML", jats.looks_like, jats.read),
    "nbib": Reader("NBIB (MEDLINE)", nbib.looks_like, nbib.read),
    "ris": Reader("RIS", ris.looks_like, ris.read),
    "drafts": Reader("drafted texts (JSON)", drafts.looks_like, drafts.read),
    "csl_json": Reader("CSL-JSON", csl.looks_like, csl.read),
    "bibtex": Reader("BibTeX", bibtex.looks_like, bibtex.read),
    "csv": Reader("table (CSV)", tabular.looks_like, tabular.read),
}

# What people send that is no file of references, by how it begins, with what to do instead.
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "The file is packed (gzip). Unpack it and send what is inside."),
    (b"\xfd7zXZ", "The file is packed (xz). Unpack it and send what is inside."),
    (b"BZh", "The file is packed (bzip2). Unpack it and send what is inside."),
    (b"\x28\xb5\x2f\xfd", "The file is packed (Zstandard). Unpack it and send what is inside."),
    (b"7z\xbc\xaf", "The file is packed (7-Zip). Unpack it and send what is inside."),
    (b"Rar!", "The file is packed (RAR). Unpack it and send what is inside."),
    (b"PK\x03\x04", "This is a ZIP file or a document of an office program. Unpack it, or save the table as CSV."),
    (b"\xd0\xcf\x11\xe0", "This is a document of an office program. Save the table as CSV and send that."),
    (b"%PDF", "This is a PDF. Send the references instead, for example as RIS."),
    (b"{\\rtf", "This is a document in RTF. Export the references as RIS, NBIB or BibTeX."),
    (b"SQLite format 3", "This is a database file. Export the references as RIS, NBIB or BibTeX."),
)
_EXPORT = "Export the references as RIS, NBIB or BibTeX instead."
_PATTERNS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"(?i)^\s*(?:<!doctype html|<html|<\?xml[^>]*>\s*<!doctype html|(?:<!--.*?-->\s*)?<head)", re.DOTALL),
        "This is a web page, not a file of references. Perhaps the site asked for a sign-in: export the file again.",
    ),
    (re.compile(rb"(?m)^FN (?:Clarivate|Thomson|ISI)"), f"This is the plain text of Web of Science. {_EXPORT}"),
    (re.compile(rb"(?m)^%0 "), f"This is the tagged format of EndNote. {_EXPORT}"),
    (re.compile(rb"(?i)^\s*<(?:\?xml|!--|xml|[a-z])"), f"This is XML of a kind that the atlas does not read. {_EXPORT}"),
)  # fmt: skip
_UNKNOWN = f"The format is not known. The atlas reads {', '.join(reader.name for reader in READERS.values())}."


def open_file(source: Path | BinaryIO, *, most: int = MOST_BYTES) -> tuple[str, Items]:
    """(key of READERS, records) of a file or a binary stream; a stream is left open, and at its end.

    Raises Unreadable, with a sentence for the person who sent it, for a file that is empty, larger than `most` bytes or of
    no format that is read; OSError where it cannot be opened. The records may raise Unreadable later, where the file
    breaks off.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            key = _recognised(file, most)
        return key, _from_file(source, READERS[key])
    stream = _rewindable(source, most)
    key = _recognised(stream, most)
    stream.seek(0)
    return key, _until_closed(stream, READERS[key]) if stream is not source else READERS[key].read(stream)


def _from_file(path: Path, reader: Reader) -> Items:
    """Opens the file only when the first record is asked for, so that nobody has to close what was not begun."""
    with path.open("rb") as stream:
        yield from reader.read(stream)


def _until_closed(stream: BinaryIO, reader: Reader) -> Items:
    with stream:
        yield from reader.read(stream)


def _recognised(stream: BinaryIO, most: int) -> str:
    if stream.seek(0, 2) > most:
        raise Unreadable(_too_large(most))
    stream.seek(0)
    raw = stream.read(HEAD)
    head = plain_head(raw)
    if not head.strip():
        raise Unreadable("The file is empty.")
    for key, reader in READERS.items():
        if reader.looks_like(head):
            _check_purpose(key, head)
            return key
    raise Unreadable(_why_unknown(raw, head))


def _rewindable(stream: BinaryIO, most: int) -> BinaryIO:
    """The stream itself, or a copy of one that can only be read once."""
    if stream.seekable():
        return stream
    copy = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - it lives as long as its records are read
    size = 0
    for chunk in iter(lambda: stream.read(1 << 20), b""):
        size += len(chunk)
        if size > most:
            copy.close()
            raise Unreadable(_too_large(most))
        copy.write(chunk)
    return copy  # type: ignore[return-value]


def _too_large(most: int) -> str:
    size = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most} bytes"
    return f"The file has more than {size}, the most that is read at once. Split it, for example by year."


def _check_purpose(key: str, head: bytes) -> None:
    """Lists that look like tables of papers and are something else."""
    first_line = folded(head.split(b"\n")[0].decode("utf-8", "replace")).replace(" ", "")
    if key == "csv" and "retractiondoi" in first_line and "originalpaperdoi" in first_line:
        raise Unreadable(
            "This is the list of Retraction Watch. It names papers that were retracted, most of them about something else: "
            "it is used to check the studies of the atlas and not imported."
        )


def _why_unknown(raw: bytes, head: bytes) -> str:
    told = chain(
        (sentence for start, sentence in _STARTS if raw.startswith(start)),
        (sentence for pattern, sentence in _PATTERNS if pattern.search(head)),
    )
    return next(told, "The file holds no text." if b"\0" in head else _UNKNOWN)
