"""What a reader pasted or kept as a list of studies: addresses, slugs, DOIs and PubMed numbers in any mixture. Pure."""

import re
from dataclasses import dataclass

from studies.identifiers import recognise

MOST = 200  # studies on a list
LONGEST = 60_000  # characters that are read at all
LONGEST_SHOWN = 120

SLUG = "slug"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_ADDRESS = re.compile(r"(?:^|/)evidence/([a-z0-9]+(?:-[a-z0-9]+)+)(?:[/.?#]|$)")


@dataclass(frozen=True)
class Reference:
    """One study asked for: `kind` is slug, doi, pmid or pmcid, or "" where `value` could not be read."""

    kind: str
    value: str


def references(text: str) -> tuple[list[Reference], int]:
    """The first 200 references in their order, each once; and how many more there were.

    A line is one reference, or text with some in it. A line without any is given back as it is.
    """
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition("\n")[0]  # a line that is cut off could name another study
    found = dict.fromkeys(
        reference for line in text.splitlines() if line.strip() for reference in _in_line(line.strip())
    )
    return list(found)[:MOST], max(0, len(found) - MOST)


def _in_line(line: str) -> list[Reference]:
    whole = _read(line)
    if whole is None and _SLUG.fullmatch(line):
        whole = Reference(SLUG, line)
    if whole is not None:
        return [whole]
    inside = [reference for word in line.split() if (reference := _read(word))]
    return inside or [Reference("", line[:LONGEST_SHOWN])]


def _read(text: str) -> Reference | None:
    address = None if " " in text else _ADDRESS.search(text)
    if address:
        return Reference(SLUG, address[1])
    identifier = recognise(text)
    return Reference(identifier.kind, identifier.value) if identifier else None
