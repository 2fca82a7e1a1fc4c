"""What a source gives: pages of papers with the place to go on from, or one paper. Pure."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from studies.formats.readers.refusals import Refusal, Unreadable
from studies.incoming import Incoming
from studies.sources.faults import NotThere, Unintelligible

Parse = Callable[[bytes], Iterable[Incoming | Refusal]]

_QUOTED = re.compile(r'"([^"]{2,})"')


@dataclass(frozen=True)
class Page:
    """`cursor` is where `find` goes on once these records are dealt with, empty after the last page.

    `total` is how many papers the source names for the whole question, None where it does not say. `left_out` counts
    papers of this page that the source found by single words, without any of the phrases that were asked for.
    """

    records: tuple[Incoming | Refusal, ...]
    cursor: str
    total: int | None = None
    left_out: int = 0


def records_of(label: str, parse: Parse, answer: bytes) -> tuple[Incoming | Refusal, ...]:
    """All records of an answer, or Unintelligible: a page counts whole or not at all."""
    try:
        return tuple(parse(answer))
    except Unreadable as error:
        raise Unintelligible(f"The answer of {label} cannot be read. {error}") from None


def only_paper(label: str, records: Iterable[Incoming | Refusal]) -> Incoming:
    """The paper of an answer that holds one. Raises NotThere."""
    first = next(iter(records), None)
    if first is None:
        raise NotThere(f"{label} does not know this paper.")
    if isinstance(first, Refusal):
        raise NotThere(f"{label} holds no paper there. {first.reason}")
    return first


def write_cursor(**values: str | int) -> str:
    return json.dumps(values, sort_keys=True)


def read_cursor(text: str, **usual: Any) -> dict[str, Any]:
    """The values of a cursor, with the usual ones for what it does not hold; an unreadable one begins anew."""
    try:
        values = json.loads(text) if text else {}
    except ValueError:
        values = {}
    known = values if isinstance(values, dict) else {}
    return {name: known[name] if type(known.get(name)) is type(value) else value for name, value in usual.items()}


def phrases_of(query: str) -> tuple[str, ...]:
    """What stands in quotes: services that rank by single words are held to at least one of these."""
    return tuple(_plain(phrase) for phrase in _QUOTED.findall(query))


def keep_concerned(
    records: Iterable[Incoming | Refusal], phrases: tuple[str, ...]
) -> tuple[tuple[Incoming | Refusal, ...], int]:
    """(records whose title, keywords or abstract holds a phrase, number of the others). Refusals of others are dropped too."""
    found = list(records)
    kept = tuple(record for record in found if not phrases or _concerns(record, phrases))
    return kept, len(found) - len(kept)


def _concerns(record: Incoming | Refusal, phrases: tuple[str, ...]) -> bool:
    if isinstance(record, Refusal):
        texts = [record.title]
    else:
        sections = record.abstract.sections if record.abstract else ()
        texts = [record.record.title, *record.record.keywords, *(text for _, text in sections)]
    text = _plain(" ".join(texts))
    return any(phrase in text for phrase in phrases)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())
