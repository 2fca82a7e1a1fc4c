"""Guides, start-here paths, questions and answers: from a working copy to what readers see, and back.

Every function runs in one transaction and either does all that its docstring lists or raises and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import Resolver404, resolve

from studies import lengths, markdown, public_state, signs, text_history
from studies.canonical import canonical, sha256_hex
from studies.errors import Problems, Stale
from studies.models import Guide, GuideRevision, Study
from studies.roles import require_another, role_of
from studies.vocabulary import StaffRole
from studies.vocabulary_desk import GuideKind, GuideState

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PARTS = ("title", "audience", "glance", "short", "deep", "known", "thought", "unknown", "sources", "steps", "position")
MARKDOWN = ("glance", "short", "deep", "known", "thought", "unknown")
FEWEST_STEPS = 2
YEARS_BETWEEN_REVIEWS = (
    3  # the longest time that a health text may go without a review (PIF TICK, criterion on review dates)
)
COMPULSORY = {
    GuideKind.GUIDE: ("glance", "short", "deep", "known", "unknown", "sources"),
    GuideKind.QUESTION: ("glance", "short", "sources"),
    GuideKind.START: ("glance", "steps"),
}


@dataclass(frozen=True)
class Shown:
    """What readers see of a guide: its newest version."""

    kind: str
    slug: str
    number: int
    changed_on: date
    reviewed_on: date
    values: Mapping[str, Any]
    is_sample: bool

    @property
    def title(self) -> str:
        return str(self.values["title"])

    @property
    def review_due_on(self) -> date:
        try:
            return self.reviewed_on.replace(year=self.reviewed_on.year + YEARS_BETWEEN_REVIEWS)
        except ValueError:  # 29 February
            return self.reviewed_on.replace(year=self.reviewed_on.year + YEARS_BETWEEN_REVIEWS, day=28)


def values_of(guide: Guide) -> dict[str, Any]:
    """Everything of the working copy that readers would see; what is empty is left out."""
    values = {name: getattr(guide, name) for name in PARTS}
    values["terms"] = sorted(term.slug for term in guide.terms.all())
    values["reviewed_on"] = guide.reviewed_on.isoformat() if guide.reviewed_on else ""
    return {name: value for name, value in values.items() if value not in ("", [], None)}


def digest_of(guide: Guide) -> str:
    return sha256_hex(canonical({"kind": guide.kind, "slug": guide.slug, "values": values_of(guide)}))


def problems(guide: Guide) -> list[str]:
    """Every rule that this text would break if readers saw it; of one that is too long nothing else is looked at."""
    if found := [f"{_name(part).capitalize()}: {said}" for part, said in lengths.too_long(vars(guide), lengths.GUIDE)]:
        return found
    missing = [_name(part) for part in COMPULSORY[GuideKind(guide.kind)] if not getattr(guide, part)]
    return [
        *([f"Missing: {', '.join(missing)}."] if missing else []),
        *(["Say when somebody last checked this against its sources."] if not guide.reviewed_on else []),
        *([f"A path has at least {FEWEST_STEPS} steps."] if 0 < len(guide.steps) < FEWEST_STEPS else []),
        *_hidden_signs(guide),
        *_unknown_studies(guide),
        *_bad_links(guide),
    ]


@transaction.atomic
def submit(*, guide: Guide, by: User) -> str:
    """Hand a working copy over for review; returns the digest of what the reviewer has to see.

    Effects: state in review, digest stored, `by` among the writers. What is public stays as it was meanwhile.
    Raises NotAllowed, Stale, Problems.
    """
    role_of(by, "propose")
    row = _locked(guide, GuideState.DRAFT, GuideState.PUBLISHED)
    if found := problems(row):
        raise Problems(found)
    row.writers.add(by)
    row.state, row.submitted_digest = GuideState.IN_REVIEW, digest_of(row)
    row.save(update_fields=["state", "submitted_digest"])
    return row.submitted_digest


@transaction.atomic
def send_back(*, guide: Guide, by: User) -> None:
    """Give a text in review back for editing. Raises NotAllowed, Stale."""
    role_of(by, "approve")
    row = _locked(guide, GuideState.IN_REVIEW)
    row.state, row.submitted_digest = GuideState.DRAFT, ""
    row.save(update_fields=["state", "submitted_digest"])


@transaction.atomic
def publish(*, guide: Guide, digest: str, note: str, by: User) -> GuideRevision:
    """Make what was submitted, exactly as it was shown, the version that readers see.

    Effects: a version; state published; the list of writers is empty for the next change; the public counter moves. Raises
    NotAllowed (no approver, or one of the writers), Stale, Problems.
    """
    role = role_of(by, "approve")
    row = _locked(guide, GuideState.IN_REVIEW)
    for writer in row.writers.all():
        require_another(than=writer, by=by, act="publish what you wrote")
    if not digest == row.submitted_digest == digest_of(row):
        raise Stale("The text changed after it was submitted. Send it back and submit it again.")
    if found := [*problems(row), *_bad_note(note)]:
        raise Problems(found)
    version: GuideRevision = text_history.add(row, values=values_of(row), note=note.strip(), role=role, by=by)
    row.writers.clear()
    row.state, row.submitted_digest, row.changed_at = GuideState.PUBLISHED, "", version.made_at
    row.save(update_fields=["state", "submitted_digest", "changed_at"])
    public_state.move_counter()
    return version


@transaction.atomic
def withdraw(*, guide: Guide, by: User) -> None:
    """Take a guide off the site; its versions stay. Effects: state withdrawn, the counter moves. Raises NotAllowed, Stale."""
    role_of(by, "lead")
    row = _locked(guide, GuideState.PUBLISHED, GuideState.DRAFT, GuideState.IN_REVIEW)
    if not row.version:
        raise Stale("This text was never public.")
    row.state, row.submitted_digest = GuideState.WITHDRAWN, ""
    row.save(update_fields=["state", "submitted_digest"])
    public_state.move_counter()


@transaction.atomic
def restore(*, guide: Guide, by: User) -> None:
    """Bring a withdrawn guide back, as readers saw it last. Effects: state published, the counter moves.

    Raises NotAllowed, Stale.
    """
    role_of(by, "lead")
    row = _locked(guide, GuideState.WITHDRAWN)
    row.state = GuideState.PUBLISHED
    row.save(update_fields=["state"])
    public_state.move_counter()


def due_for_review(*, by: date) -> list[int]:
    """Ids of the guides of which readers see a version that has to be looked at again by this day."""
    return [version.guide_id for version in _newest() if _shown(version).review_due_on <= by]


def shown(kind: GuideKind, slug: str | None = None) -> list[Shown]:
    """What readers see, in order; all of one kind, or one of them. One query."""
    newest = _newest().filter(guide__kind=kind)
    newest = newest.filter(guide__slug=slug) if slug is not None else newest
    return sorted(map(_shown, newest), key=lambda one: (one.values.get("position", 0), one.title))


def _newest() -> QuerySet[GuideRevision]:
    newest = GuideRevision.objects.filter(number=F("guide__version")).select_related("guide")
    return newest.exclude(guide__state=GuideState.WITHDRAWN)


def _shown(version: GuideRevision) -> Shown:
    guide, values = version.guide, version.values
    checked = date.fromisoformat(values["reviewed_on"])
    is_sample = version.approver_role == StaffRole.SAMPLE_IMPORT
    return Shown(guide.kind, guide.slug, version.number, version.made_at.date(), checked, values, is_sample)


def _locked(guide: Guide, *states: GuideState) -> Guide:
    row = Guide.objects.select_for_update(of=("self",), no_key=True).get(pk=guide.pk)
    if row.state not in states:
        raise Stale(f"This text is not “{' or '.join(state.label.lower() for state in states)}” any more.")
    return row


def _bad_note(note: str) -> list[str]:
    if not note.strip():
        return ["Say in a sentence what is new. It will be public."]
    return signs.refusals("What is new", note)


def _hidden_signs(guide: Guide) -> Iterator[str]:
    for part in PARTS:
        yield from signs.refusals(_name(part).capitalize(), getattr(guide, part))


def _unknown_studies(guide: Guide) -> Iterator[str]:
    named = {source["study"] for source in guide.sources if source.get("study")}
    public = set(Study.objects.published().filter(slug__in=named).values_list("slug", flat=True))
    for slug in sorted(named - public):
        yield f"No public study has the address {slug}."


def _bad_links(guide: Guide) -> Iterator[str]:
    typed = [*(source.get("url", "") for source in guide.sources), *(step["url"] for step in guide.steps)]
    in_texts = [link for part in MARKDOWN for link in markdown.links(getattr(guide, part))]
    for link in dict.fromkeys([*typed, *in_texts]):
        if link and not _leads_somewhere(link):
            yield f"{link} is neither a page of the atlas nor an address that begins with https://."


def _leads_somewhere(link: str) -> bool:
    """Whether a reader can follow it: to another site, or to a page of the atlas that is not for staff alone."""
    try:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return parts.scheme == "https" and bool(parts.hostname)
        page = resolve(parts.path)
    except (Resolver404, ValueError):
        return False
    return parts.path.startswith("/") and page.app_name != "admin"


def _name(part: str) -> str:
    return str(getattr(Guide._meta.get_field(part), "verbose_name", part))
