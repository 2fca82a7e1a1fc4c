"""Does what stands in the database today agree with a study's replayed history? Part of `verification.py`.

Each disagreement is a sentence. The newest revision is the one that they are about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from studies import pem
from studies.badges import badge_of
from studies.diff import changes
from studies.models import Revision, RevisionValue, Study, TextProvenance
from studies.provenance import TEXTS
from studies.revisions import REDACTED
from studies.snapshots import FIELDS, Snapshot, snapshot

# What `disagreements` reads beside the rows of a snapshot.
NEEDED = ("old_addresses",)

Responses = dict[tuple[str, str], int]


@dataclass
class Replay:
    """A study's content as its revisions tell it, who wrote each field last, and what the past leaves behind.

    `addresses` are all slugs it ever had; `responses` maps each author response to the revision that published it. Both are None
    once a value among them was removed from the history.
    """

    values: dict[str, Any] = field(default_factory=dict)
    writers: dict[str, Revision] = field(default_factory=dict)
    addresses: set[str] | None = field(default_factory=set)
    responses: Responses | None = field(default_factory=dict)

    def take(self, revision: Revision, rows: Iterable[RevisionValue]) -> None:
        for row in rows:
            value = REDACTED if row.value is None else json.loads(row.value)
            self.values[row.field] = value
            self.writers[row.field] = revision
            if row.field == "slug":
                self._was_at(value)
            if row.field == "author_responses":
                self.responses = self._answered(value, revision.number)

    def _was_at(self, slug: Any) -> None:
        """Note an address; once one is redacted, nobody can say any more which there were."""
        self.addresses = None if self.addresses is None or slug is REDACTED else {*self.addresses, str(slug)}

    def _answered(self, value: Any, number: int) -> Responses | None:
        if self.responses is None or value is REDACTED:
            return None
        keys = [(row["text"], row["verified"]) for row in value or []]
        return {key: self.responses.get(key, number) for key in keys}

    def snapshot(self) -> Snapshot:
        return {name: value for name, value in self.values.items() if value is not None}


def disagreements(study: Study, replay: Replay) -> Iterator[str]:
    """The study, loaded with the rows of a snapshot and NEEDED, against its history."""
    recorded, live = replay.snapshot(), snapshot(study)
    gone = [name for name, value in recorded.items() if value is REDACTED]
    if gone:
        yield f"the present value of {', '.join(gone)} was removed from the history"
    differing = [found.field for found in changes(recorded, live, FIELDS) if found.field not in gone]
    if differing:
        yield f"the live record differs in {', '.join(differing)}"
        return
    if wrong := [text.field for text in study.text_provenance.all() if not _is_approved(study, text, replay)]:
        yield f"the approval of {', '.join(wrong)} is not the recorded one"
    if not _has_its_badge(study, live):
        yield "the PEM badge is not what the coding gives; was the value of a case definition changed?"
    if replay.addresses is not None and _old_addresses(study) != replay.addresses - {study.slug}:
        yield "its old addresses are not those of its history"
    if replay.responses is not None and _responses(study) != replay.responses:
        yield "an author response names another version than the one that published it"


def _is_approved(study: Study, text: TextProvenance, replay: Replay) -> bool:
    if text.field not in TEXTS or not getattr(study, text.field):
        return True  # it says nothing to anybody
    writer = replay.writers.get(text.field)
    if writer is None:
        return False
    noted = (text.revision_number, text.approver_role, text.approved_at)
    return bool(noted == (writer.number, writer.second_role or writer.approver_role, writer.made_at))


def _has_its_badge(study: Study, live: Snapshot) -> bool:
    try:
        badge = badge_of(live, {row.definition.slug: row.definition for row in study.definitions.all()})
    except pem.PemError:
        return False
    return badge == (study.pem, study.pem_rule)


def _old_addresses(study: Study) -> set[str]:
    return {old.slug for old in study.old_addresses.all()}


def _responses(study: Study) -> Responses:
    rows = study.author_responses.all()
    return {(row.text, "yes" if row.verified_author else "no"): row.revision_number for row in rows}
