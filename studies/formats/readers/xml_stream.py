"""Records of an XML file, one at a time, from a file that may be broken or meant to do harm. Pure.

Nothing but the records is built, and not the parts of them that nobody asks for, so that memory does not grow with the
file. Entities of the file's own are refused before they can multiply; a DOCTYPE that only names a DTD is harmless, for
nothing is fetched.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Collection, Iterator
from html.entities import html5
from typing import BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from studies.formats.readers.refusals import Unreadable

CHUNK = 1 << 20
MOST_BYTES = 20 << 20  # of one record, and between two
MOST_ELEMENTS = 200_000  # built for one record
MOST_UNPACKED = 200 << 20  # bytes of a packed file
# Files of PubMed unpack to eight or nine times their size. What is small may unpack to more: repeats in it are no harm.
MOST_TIMES, SMALL = 60, 10 << 20
DEEPEST = 150

_GZIP = b"\x1f\x8b"
_BLANKS = b" \t\r\n"
_UTF8_MARK = b"\xef\xbb\xbf"
_ENTITIES = {name[:-1]: character for name, character in html5.items() if name.endswith(";")}
_REASONS = {  # numbers of expat's faults
    3: "the file ends too early",
    4: "this is no sound XML, or the letters are not in the encoding that the file declares",
    5: "the file ends too early",
    7: "an end tag does not fit its start tag",
    9: "something follows after the end of the document",
    11: "it uses an entity that it does not define",
    18: "it declares an encoding that is not known",
    20: "the file ends too early",
}


class _Stop(Exception):
    """The file goes beyond a limit; the message is the reason."""


def xml_head(head: bytes) -> str:
    """The beginning of a file as text, unpacked where it is packed, for a first judgement. Never fails."""
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 8192)
        except zlib.error:
            return ""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")


def xml_records(
    stream: BinaryIO, names: Collection[str], *, leaving_out: Collection[str] = ()
) -> Iterator[tuple[int, Element]]:
    """(line, element) of every element with one of these names, in order; those inside others belong to the outer one.

    Names are local names; elements come without namespaces. Elements named in `leaving_out` are not built. Raises
    Unreadable, after the records before the place, where the file cannot be read on.
    """
    found = _Records(frozenset(names), frozenset(leaving_out))
    parser = _Parser(target=found)
    parser.entity.update(_ENTITIES)
    found.position = parser.parser
    count = 0
    try:
        for chunk in _chunks(stream):
            found.count_bytes(len(chunk))
            fault = _fed(parser, chunk)
            for record in found.taken():
                count += 1
                yield record
            if fault:
                raise Unreadable(f"{fault} {_before(count)}")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Unreadable(f"The packed file is damaged. {_before(count)}") from error
    except _Stop as stop:
        raise Unreadable(f"{stop} {_before(count)}") from stop


class _Parser(DefusedXMLParser):  # type: ignore[misc] # it comes without types
    """Refuses entities, external ones too, and a DOCTYPE that declares anything itself."""

    def __init__(self, target: _Records) -> None:
        super().__init__(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)

    def defused_start_doctype_decl(self, name: str, sysid: str, pubid: str, has_internal_subset: int) -> None:
        if has_internal_subset:
            raise _Stop("The file declares a document type of its own; such files are not read.")


class _Records:
    """What the parser tells its events: builds the wanted elements and keeps them until they are taken."""

    def __init__(self, names: frozenset[str], leaving_out: frozenset[str]) -> None:
        self.position: object = None
        self._names, self._leaving_out = names, leaving_out
        self._builder: TreeBuilder | None = None
        self._depth = self._begun_at = self._left_at = self._line = self._elements = self._bytes = 0
        self._ready: list[tuple[int, Element]] = []

    def count_bytes(self, count: int) -> None:
        self._bytes += count
        if self._bytes > MOST_BYTES + CHUNK:
            raise _Stop(f"One record, or what stands between two, is larger than {MOST_BYTES >> 20} MB.")

    def taken(self) -> list[tuple[int, Element]]:
        ready, self._ready = self._ready, []
        if ready:
            self._bytes = 0
        return ready

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _Stop(f"Line {self._now}: elements stand more than {DEEPEST} deep in each other.")
        name = tag.rpartition("}")[2]
        if self._builder is None and name in self._names:
            self._builder, self._begun_at, self._line, self._elements = TreeBuilder(), self._depth, self._now, 0
        if self._builder is None or self._left_at:
            return
        if name in self._leaving_out and self._depth > self._begun_at:
            self._left_at = self._depth
            return
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise _Stop(f"Line {self._line}: the record has more than {MOST_ELEMENTS} elements.")
        self._builder.start(name, attributes)

    def data(self, text: str) -> None:
        if self._builder is not None and not self._left_at:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        if self._builder is not None and not self._left_at:
            self._builder.end(tag.rpartition("}")[2])
        if self._builder is not None and self._depth == self._begun_at:
            self._ready.append((self._line, self._builder.close()))
            self._builder = None
        if self._left_at == self._depth:
            self._left_at = 0
        self._depth -= 1

    def close(self) -> None:
        """The end of the file; the parser wants it."""

    @property
    def _now(self) -> int:
        return int(getattr(self.position, "CurrentLineNumber", 0))


def _fed(parser: _Parser, chunk: bytes) -> str:
    """Parse the next bytes, or the end for none; why they cannot be parsed, as a sentence."""
    try:
        parser.feed(chunk) if chunk else parser.close()
    except ParseError as error:
        reason = _REASONS.get(error.code, "this is no sound XML")
        return f"Line {error.position[0]}, character {error.position[1] + 1}: {reason}."
    except _Stop as stop:
        return str(stop)
    except DefusedXmlException:
        return f"Line {parser.parser.CurrentLineNumber}: the file declares entities; such files are not read."
    except (LookupError, ValueError):
        return "The file declares an encoding that is not known."
    return ""


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The file unpacked and without blanks before the XML declaration, which parsers refuse; b"" is its end."""
    head = stream.read(CHUNK)
    is_packed = head.startswith(_GZIP)
    raw = _Again(head, stream)
    source = gzip.GzipFile(fileobj=cast(BinaryIO, raw)) if is_packed else raw
    total, is_begun = 0, False
    while chunk := source.read(CHUNK):
        total += len(chunk)
        if is_packed:
            _check_unpacked(total, raw.given)
        if not is_begun:
            chunk = chunk.removeprefix(_UTF8_MARK).lstrip(_BLANKS)
            is_begun = bool(chunk)
        if chunk:
            yield chunk
    yield b""


def _check_unpacked(size: int, packed: int) -> None:
    """Raises _Stop where so much came out of so few bytes that it is no file of references."""
    if size > MOST_UNPACKED:
        raise _Stop(f"The packed file holds more than {MOST_UNPACKED >> 20} MB. Send it in parts.")
    if size > SMALL and size > MOST_TIMES * packed:
        raise _Stop(f"The packed file unpacks to more than {MOST_TIMES} times its size; such files are not read.")


class _Again:
    """A stream whose first bytes were read already; `given` counts the bytes that were asked of it."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream, self.given = head, stream, 0

    def read(self, size: int = -1) -> bytes:
        if self._head:
            cut = len(self._head) if size < 0 else size
            part, self._head = self._head[:cut], self._head[cut:]
        else:
            part = self._stream.read(size)
        self.given += len(part)
        return part


def _before(count: int) -> str:
    if not count:
        return "No record stands before that place."
    return f"The {count} records before that place can be read." if count > 1 else "One record before it can be read."
