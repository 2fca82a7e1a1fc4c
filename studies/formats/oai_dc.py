"""Dublin Core in the form that OAI-PMH asks for (`oai_dc`): the atlas's entry about a paper, not the paper. Pure.

So the entry's address is the identifier and the atlas its creator; the paper, with its authors, is the source. One
description holds the finding together with what limits it, so that no reader of the record gets the one without the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from studies.formats.citation import vancouver
from studies.formats.notes import ATLAS, mark, marked_title, one_line, remarks
from studies.formats.xml import element, group
from studies.identifiers import doi_link
from studies.records import Record

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_NAMES = {
    "xmlns:oai_dc": NAMESPACE,
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
}


@dataclass(frozen=True)
class Entry:
    """A study for `oai_dc`. `record` names its entry in the atlas; the key point is empty where nobody has written one.

    `subjects` and `flags` are words for readers (a flag with its reason); `rights` are sentences that end in an address.
    """

    record: Record
    key_point: str = ""
    subjects: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()


def render(entry: Entry) -> str:
    """The element `oai_dc:dc`, without a declaration of XML before it."""
    parts = [element(f"dc:{name}", one_line(value)) for name, value in _fields(entry)]
    return group("oai_dc:dc", *parts, **_NAMES)


def _fields(entry: Entry) -> Iterator[tuple[str, str]]:
    record = entry.record
    yield "title", f"Entry about: {marked_title(record)}"
    yield "creator", ATLAS
    yield from (("subject", subject) for subject in entry.subjects)
    yield "description", description(entry)
    yield "publisher", ATLAS
    yield "date", record.atlas_changed_on.isoformat() if record.atlas_changed_on else ""
    yield "type", "Text"
    yield "format", "text/html"
    yield "identifier", record.atlas_url
    yield "source", vancouver(record)
    yield "source", record.paper_url
    yield "language", "en"
    yield "relation", doi_link(record.doi) if record.doi else ""
    yield from (("rights", right) for right in entry.rights)


def description(entry: Entry) -> str:
    """The finding with its paper's status, its limits, the PEM badge and all notices, in one text so that they stay together."""
    record = entry.record
    finding = mark(record) + (entry.key_point or "The atlas has no summary of this paper.")
    limits = [line for line in remarks(record) if line != mark(record).rstrip(": ")]
    parts = [finding, *limits, *entry.flags, f"Version {record.atlas_version} of the entry"]
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in map(one_line, parts))
