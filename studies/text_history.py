"""The numbered versions of guides and terms: each binds the one before by its hash, and the database refuses to change one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from studies.canonical import CanonicalError, canonical, sha256_hex, timestamp
from studies.models import GlossaryTerm, Guide
from studies.models.guide import TextRevision
from studies.vocabulary import StaffRole

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Text = Guide | GlossaryTerm


@dataclass(frozen=True)
class Broken:
    """A version that is not as it was recorded; `number` is None where it is the text itself."""

    text: str
    number: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.text}, version {self.number}" if self.number else self.text
        return f"{place}: {self.message}"


def add(text: Text, *, values: Mapping[str, Any], note: str, role: StaffRole, by: User | None) -> Any:
    """Write the next version of a text; its row carries the number. Must run in a transaction that holds the text's row."""
    newest = text.revisions.order_by("-number").first()
    made_at = timezone.now().replace(microsecond=0)
    version = text.revisions.model(
        **{_owner(text): text},
        number=newest.number + 1 if newest else 1,
        made_at=made_at,
        values=dict(values),
        note=note,
        approver_role=role,
        approved_by=by,
        previous_hash=newest.hash if newest else "",
    )
    version.hash = hash_of(text, version)
    version.save(force_insert=True)
    text.version = version.number
    text.save(update_fields=["version"])
    return version


def hash_of(text: Text, version: TextRevision) -> str:
    """SHA-256 over everything of a version but the approver's name, and over which text it is of."""
    moment: datetime = version.made_at
    covered = {
        "text": f"{_owner(text)} {text.pk}",
        "number": version.number,
        "made_at": timestamp(moment),
        "values": version.values,
        "note": version.note,
        "approver_role": str(version.approver_role),
        "previous_hash": version.previous_hash,
    }
    return sha256_hex(canonical(covered))


def broken() -> Iterator[Broken]:
    """Every version of every guide and term that is not as it was recorded."""
    for model in (Guide, GlossaryTerm):
        for text in model.objects.prefetch_related("revisions").iterator(chunk_size=200):
            yield from _broken(text)


def _broken(text: Text) -> Iterator[Broken]:
    name = f"{_owner(text)} {text.slug}"
    before = ""
    for number, version in enumerate(sorted(text.revisions.all(), key=lambda each: each.number), start=1):
        if version.number != number:
            yield Broken(name, number, "it is missing")
            return
        if not _is_itself(text, version):
            yield Broken(name, number, "its content does not match its hash")
        if version.previous_hash != before:
            yield Broken(name, number, "it does not follow the version before it")
        before = version.hash
    if text.version != len(text.revisions.all()):
        yield Broken(
            name, None, f"its row says version {text.version}, its history ends at {len(text.revisions.all())}"
        )


def _is_itself(text: Text, version: TextRevision) -> bool:
    try:
        return version.hash == hash_of(text, version)
    except CanonicalError:
        return False


def _owner(text: Text) -> str:
    return "guide" if isinstance(text, Guide) else "term"
