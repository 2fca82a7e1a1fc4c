"""The private thread in words, and what the contributor suggests beside what is public now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contributions import correcting
from contributions.correcting import Place
from contributions.forms import LABELS as FORM_LABELS
from contributions.forms import TYPED
from contributions.messages import Entry
from contributions.models import Contribution
from contributions.vocabulary import Side
from studies.admin.showing import Shown
from studies.field_words import label
from studies.identifiers import recognise
from studies.models import Study
from studies.signs import visible

LABELS = FORM_LABELS | {"text": "Message"}


@dataclass(frozen=True)
class Said:
    """One entry for the page: who, when, and label and text of each of its parts."""

    by_staff: bool
    sent_at: datetime
    parts: list[tuple[str, str]]
    link: str


@dataclass(frozen=True)
class Suggestion:
    """What the contributor would change, word by word against what is public now; or the study that they may mean."""

    place: Place | None
    differences: list[Shown]
    known: Study | None


def shown_thread(entries: Sequence[Entry]) -> list[Said]:
    return [_said(entry) for entry in entries]


def suggestion(contribution: Contribution, entries: Sequence[Entry]) -> Suggestion:
    first = entries[0].content if entries else {}
    place = correcting.place(contribution.study, first.get("field", "")) if contribution.study else None
    known = _study_named(first.get("identifier", "")) if contribution.study is None else None
    if place is None or not first.get("proposed"):
        return Suggestion(place, [], known)
    pieces = correcting.difference(place, visible(first["proposed"]))
    return Suggestion(place, [Shown(place.label, pieces, place.is_list, 0)] if pieces else [], known)


def _said(entry: Entry) -> Said:
    known = [name for name in TYPED if name in entry.content]
    content = {name: entry.content[name] for name in [*known, *entry.content] if entry.content[name]}
    texts = [(name, label(text) if name == "field" else visible(text)) for name, text in content.items()]
    parts = [(LABELS.get(name, name), text) for name, text in texts]
    if entry.side == Side.STAFF or list(content) == ["text"]:
        parts = [("", text) for _, text in parts]  # who speaks stands above it
    return Said(entry.side == Side.STAFF, entry.sent_at, parts, _web_address(content.get("evidence", "")))


def _web_address(text: str) -> str:
    """The text, if the whole of it is an address of the web in plain letters; nothing else is ever made a link.

    Letters of other alphabets look like those of a site that one knows. An address with them is read, not followed.
    """
    is_one = text.startswith(("https://", "http://")) and text.isascii() and text.isprintable() and " " not in text
    return text if is_one else ""


def _study_named(text: str) -> Study | None:
    """The study with this identifier, whether it is public or not: staff see drafts."""
    found = recognise(text)
    return Study.objects.filter(**{found.kind: found.value}).first() if found else None
