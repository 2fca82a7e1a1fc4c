"""A small queue for pictures and for trying things out, on the sample atlas. Everybody and everything in it is made up.

Run by `manage.py shell` in the data folder of a site that scripts/run has prepared.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from contributions import intake, receipts, review
from contributions.models import Contribution
from contributions.moves import LEASE
from contributions.review import Draft, Shown
from contributions.vocabulary import Kind
from studies import proposals
from studies.models import Study

NUMBER = "peppercorn-2025-comparing-dna"
BADGE = "novak-2026-shared-autonomic"
NAME = "godlewska-2025-brain-muscle"


def make_queue() -> dict[str, int]:
    """Messages in every state that the guide shows; their numbers by what they are for."""
    users = {user.username: user for user in get_user_model().objects.filter(username__in=["lead", "moderator"])}
    lead, moderator = users["lead"], users["moderator"]
    made = {
        "number": _number(),
        "badge": _grave(lead),
        "paper": _sent(
            Kind.MISSING_PAPER, days=5, text="A trial of pacing from 2024", identifier="10.1000/pacing.2024.17"
        ),
        "experience": _sent(Kind.LIVED_EXPERIENCE, days=3, text="I rest before and after each visit to the doctor."),
        "free": _sent(Kind.CODING, days=1, slug=NUMBER, text="The badge does not fit the paper.", place="Methods"),
        "spam": _sent(Kind.OTHER, days=2, score=9, text="Cheap watches for everybody, click and buy"),
        "asked": _asked(lead),
        "conflict": _conflict(moderator, lead),
    }
    return {name: one.pk for name, one in made.items()}


def _number() -> Contribution:
    return _sent(
        Kind.CORRECTION,
        days=8,
        slug=NUMBER,
        field="patients",
        proposed="9",
        text="The page says 10 patients. In the methods the authors write that one of them dropped out.",
        quote="One participant withdrew before the second day.",
        place="Methods, first part",
        evidence="https://example.org/the-paper",
    )


def _grave(by: Any) -> Contribution:
    text = "The journal has published an expression of concern about this paper."
    one = _held(by, _sent(Kind.RETRACTION, days=15, slug=BADGE, text=text))
    values = {"retraction_status": "expression_of_concern", "retraction_on": "2026-02-03"}
    note = "Readers should know that the editors voice concern. The notice gives their reasons."
    draft = Draft(values=values, reason="retraction", note=note, evidence_url="https://example.org/notice")
    review.propose(shown=_shown(one), by=by, at=timezone.now(), draft=draft)
    return one


def _asked(by: Any) -> Contribution:
    text = "Something is wrong with the number of controls."
    one = _held(by, _sent(Kind.CORRECTION, days=6, slug=NUMBER, field="controls", text=text))
    review.ask(shown=_shown(one), by=by, at=timezone.now(), text="Thank you for writing. Which table do you mean?")
    return one


def _conflict(holder: Any, other: Any) -> Contribution:
    """A proposal for a place that somebody else changes before it is applied."""
    text = "The journal has changed its name since."
    one = _held(
        holder, _sent(Kind.CORRECTION, days=4, slug=NAME, field="journal", proposed="Mol Psychiatry", text=text)
    )
    first = Draft(values={"journal": "Mol Psychiatry"}, reason="correction", note="The journal uses its short name.")
    review.propose(shown=_shown(one), by=holder, at=timezone.now(), draft=first)
    study = Study.objects.get(slug=NAME)
    values = {"journal": "Molecular Psychiatry (London)"}
    second = proposals.propose(study=study, values=values, reason="correction", note="The place was missing.", by=other)
    proposals.apply(proposal=second, digest=second.digest, edition=second.edition, by=other)
    return one


def _held(by: Any, one: Contribution) -> Contribution:
    return review.claim(shown=_shown(one), by=by, at=timezone.now())


def _sent(kind: Kind, *, days: int, slug: str = "", score: int = 0, **content: str) -> Contribution:
    study = Study.objects.get(slug=slug) if slug else None
    token = receipts.new_token()
    submission = intake.Submission(token=token, kind=kind, study=study, content=content, spam_score=score)
    return intake.receive(submission=submission, at=_ago(days)).contribution


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days) - LEASE


def _shown(one: Contribution) -> Shown:
    return Shown(one.pk, Contribution.objects.values_list("version", flat=True).get(pk=one.pk))
