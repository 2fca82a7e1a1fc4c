"""What every page needs to know about the site, and the pages about the atlas itself: how it works, its policies."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from atlas_site.preferences import look_of
from studies.models import PublicState
from studies.vocabulary import LEVEL_HINTS, EvidenceLevel

TEXTS = settings.BASE_DIR / "templates" / "pages" / "policies"
HASHES = Path(__file__).with_name("policy_hashes.json")


@dataclass(frozen=True)
class Edition:
    """One wording of a policy; `what` says in a sentence what is new in it."""

    number: int
    on: date
    what: str


@dataclass(frozen=True)
class Policy:
    """A policy page. The newest edition comes first; `policy_hashes.json` holds the hash of each edition's text."""

    slug: str
    title: str
    description: str
    editions: tuple[Edition, ...]

    @property
    def newest(self) -> Edition:
        return self.editions[0]

    @property
    def template(self) -> str:
        return f"pages/policies/{self.slug}.html"

    def text_hash(self) -> str:
        """SHA-256 of the text as it stands now."""
        return hashlib.sha256((TEXTS / f"{self.slug}.html").read_bytes()).hexdigest()


FIRST = Edition(1, date(2026, 11, 26), "First version.")
MESSAGES = Edition(2, date(2026, 11, 26), "What we do with messages that you send us.")
READERS = Edition(2, date(2026, 11, 26), "What happens when readers tell us something.")
WRITING = Edition(2, date(2026, 11, 26), "The pages on which you write to us.")
CHOICES_KEPT = Edition(3, date(2026, 11, 26), "The cookie that keeps your display settings.")
PLACES_KEPT = Edition(4, date(2026, 11, 26), "The place where you stopped reading, and the voice of your browser.")
LIST_KEPT = Edition(5, date(2026, 11, 26), "The reading list that stays in your browser.")
CHOOSING = Edition(3, date(2026, 11, 26), "You can choose how pages look.")
POLICIES = {
    policy.slug: policy
    for policy in (
        Policy(
            "editorial", "Editorial policy", "Who decides what the atlas says, and by which rules.", (READERS, FIRST)
        ),
        Policy(
            "privacy",
            "Privacy",
            "What the atlas knows about you, and what it does not.",
            (LIST_KEPT, PLACES_KEPT, CHOICES_KEPT, MESSAGES, FIRST),
        ),
        Policy(
            "accessibility",
            "Accessibility",
            "What we do so that you can read this, and what is open.",
            (CHOOSING, WRITING, FIRST),
        ),
    )
}


def recorded_hashes() -> dict[str, dict[str, str]]:
    """Policy slug to edition number to SHA-256 of the text of that edition."""
    loaded: dict[str, dict[str, str]] = json.loads(HASHES.read_text(encoding="utf-8"))
    return loaded


def site(request: HttpRequest) -> dict[str, object]:
    """Context of every template."""
    return {
        "site_name": "ME/CFS Study Atlas",
        "look": look_of(request),
        "here": request.get_full_path(),
        "page_address": settings.ATLAS_URL + request.path,
        "site_address": settings.ATLAS_URL,
        "one_person": settings.ATLAS_ONE_PERSON,
        "local": settings.LOCAL,
        "operator": settings.ATLAS_OPERATOR,
        "contact": settings.ATLAS_CONTACT,
    }


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    state = PublicState.objects.first() or PublicState()
    levels = [(level.label, LEVEL_HINTS[level]) for level in EvidenceLevel]
    return render(request, "pages/about.html", {"section": "about", "state": state, "levels": levels})


@require_safe
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in POLICIES:
        raise Http404
    return render(request, "pages/policy.html", {"section": "about", "policy": POLICIES[slug]})
