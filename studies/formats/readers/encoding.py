"""Files of text in the encoding they were written in: UTF-8, UTF-16, or UTF-8 mixed with Windows-1252. Pure.

Windows-1252 cannot be told from other one-byte encodings with certainty. It is tried where single letters beside plain
ones are not UTF-8, as accents in Western names are; whole words of such bytes belong to another script, and reading
them as Windows-1252 would invent names.
"""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, TextIO

from studies.formats.readers.refusals import Unreadable

CHUNK = MOST_LINE = 1 << 20
MOST_FOREIGN = 0.3  # share of bytes beyond UTF-8 that may stand in runs of three and more in a Western text
WESTERN = "The file is not written in UTF-8 throughout and was read as Windows-1252: check the accents."

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONE = re.compile("[\udc80-\udcff]+")
_NOT_TEXT = "The file holds bytes that no text has. Export the references again, as text in UTF-8."
_FOREIGN = "The file is written in an unknown encoding. Save it as UTF-8 and send it again."


@dataclass(frozen=True)
class Text:
    """`lines` is the decoded file from its beginning; `note` says what is doubtful about its letters, or is empty."""

    lines: TextIO
    note: str


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8 as Windows-1252, and those that it leaves open as Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252" if byte not in _OPEN else "latin-1") for byte in wrong), error.end


_OPEN = frozenset(b"\x81\x8d\x8f\x90\x9d")
codecs.register_error("windows-1252", _as_windows)


@contextmanager
def opened(stream: BinaryIO, *, newline: str | None = None) -> Iterator[Text]:
    """The text of a stream that can be rewound; the stream stays open. Raises Unreadable where it is no text."""
    encoding, note = judge(stream)
    stream.seek(0)
    lines = io.TextIOWrapper(stream, encoding, errors="windows-1252" if note else "strict", newline=newline)
    try:
        yield Text(lines, note)
    finally:
        if not lines.closed:
            lines.detach()


def judge(stream: BinaryIO) -> tuple[str, str]:
    """Encoding of a whole file, and a remark about it; reads it once, chunk by chunk."""
    stream.seek(0)
    head = stream.read(4096)
    encoding = _marked(head) or _unmarked(head)
    stream.seek(0)
    if encoding == "utf-32":
        raise Unreadable(_FOREIGN)
    if encoding.startswith("utf-16"):
        _check_strictly(stream, encoding)
        return encoding, ""
    return encoding, _doubt(stream)


def plain_head(head: bytes) -> bytes:
    """The first bytes of a file as UTF-8 without a mark, so that its format is recognised whatever its encoding."""
    encoding = _marked(head) or _unmarked(head)
    if encoding in ("utf-8-sig", "utf-8"):
        return head.removeprefix(codecs.BOM_UTF8)
    return head.decode(encoding, "ignore").removeprefix("\ufeff").encode()


def _marked(head: bytes) -> str:
    return next((name for mark, name in _MARKS if head.startswith(mark)), "")


def _unmarked(head: bytes) -> str:
    """UTF-16 without a mark shows itself by a zero in nearly every second byte of a Western text."""
    half = len(head) // 2
    if half and head[1::2].count(0) > 0.4 * half and not head[::2].count(0):
        return "utf-16-le"
    if half and head[::2].count(0) > 0.4 * half and not head[1::2].count(0):
        return "utf-16-be"
    return "utf-8"


def _check_strictly(stream: BinaryIO, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(stream):
            if "\0" in decoder.decode(chunk):
                raise Unreadable(_NOT_TEXT)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Unreadable(_FOREIGN) from error


def _doubt(stream: BinaryIO) -> str:
    """Nothing for UTF-8, a remark for a Western one-byte encoding; raises Unreadable for anything else."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    lone = foreign = 0
    for chunk in chain(_chunks(stream), [b""]):
        if b"\0" in chunk:
            raise Unreadable(_NOT_TEXT)
        text = decoder.decode(chunk, final=not chunk)
        runs = [] if _is_whole(text) else [len(run) for run in _LONE.findall(text)]
        lone += sum(runs)
        foreign += sum(run for run in runs if run > 2)
    if foreign > MOST_FOREIGN * lone:
        raise Unreadable(_FOREIGN)
    return WESTERN if lone else ""


def _is_whole(text: str) -> bool:
    """Whether no byte was left over; much faster than to look for each one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def bounded(lines: TextIO, *, most: int = MOST_LINE) -> Iterator[tuple[int, str]]:
    """(number, line) of a text; a line without an end comes in pieces of `most` letters that share its number."""
    number, is_new = 0, True
    while piece := lines.readline(most):
        number += is_new
        yield number, piece
        is_new = piece.endswith("\n")
