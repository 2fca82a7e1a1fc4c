"""What staff can do with a contribution by one press of a button, as data: one line for each act.

Which of them a person sees follows from the table of states (`moves.possible_actions`); the verbs check it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contributions import review
from contributions.acting import HARMLESS
from contributions.admin import forms
from contributions.admin.forms import ActForm
from contributions.interest import wrote
from contributions.models import Contribution
from contributions.moves import capacities, possible_actions
from contributions.transitions import Action, Actor
from studies.cleaning import PROPOSABLE
from studies.merging import Conflict
from studies.models import Proposal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Told = str | SafeString
DECIDE, SEE, LEAD = "studies.decide_contribution", "studies.see_queue", "studies.lead"


@dataclass(frozen=True)
class Situation:
    """One contribution as it stands for one person now."""

    contribution: Contribution
    proposal: Proposal | None
    user: Any
    at: datetime
    actors: frozenset[Actor]
    possible: frozenset[Action]
    is_author: bool
    is_left_to_another: bool
    conflicts: list[Conflict]

    def allows(self, *actions: Action) -> bool:
        return any(action in self.possible for action in actions)


def situation(contribution: Contribution, *, user: User, at: datetime) -> Situation:
    """What this person may do now. Authors of the paper keep only what decides nothing; a second look is somebody else's."""
    actors = capacities(user, contribution, at=at)
    possible, is_author = possible_actions(actors, contribution.state), wrote(user, contribution.study)
    left = Action.CLAIM in possible and review.is_left_to_another(contribution, user=user)
    proposal = review.open_proposal(contribution)
    return Situation(
        contribution=contribution,
        proposal=proposal,
        user=user,
        at=at,
        actors=actors,
        possible=(possible & HARMLESS if is_author else possible) - ({Action.CLAIM} if left else set()),
        is_author=is_author,
        is_left_to_another=left,
        conflicts=conflicts(proposal) if proposal else [],
    )


def conflicts(proposal: Proposal) -> list[Conflict]:
    """The fields that a person wrote and somebody else changed meanwhile; what follows from them is worked out anew."""
    return [conflict for conflict in review.conflicts(proposal) if conflict.field in PROPOSABLE]


def _always(now: Situation) -> bool:
    return True


@dataclass(frozen=True)
class Act:
    """`run(shown, by, at, values)` does it and says so. `offered` narrows down what the table allows.

    `group`: where the page draws it. `opens`: behind a line that opens, because something has to be typed.
    """

    slug: str
    actions: tuple[Action, ...]
    label: str
    run: Callable[..., Told]
    explain: str = ""
    form: type[ActForm] = ActForm
    permission: str = DECIDE
    group: str = "decide"
    offered: Callable[[Situation], bool] = _always

    @property
    def opens(self) -> bool:
        return self.form is not ActForm

    def is_offered(self, now: Situation) -> bool:
        return now.allows(*self.actions) and now.user.has_perm(self.permission) and self.offered(now)


def _plain(verb: Callable[..., Any], told: str) -> Callable[..., Told]:
    """A verb that needs nothing typed."""

    def run(*, values: Mapping[str, Any], **act: Any) -> Told:
        verb(**act)
        return told

    return run


def _typed(verb: Callable[..., Any], told: str, *names: str, **renamed: str) -> Callable[..., Told]:
    """A verb that takes these values of its form; `renamed` where the verb calls one otherwise."""

    def run(*, values: Mapping[str, Any], **act: Any) -> Told:
        verb(**act, **{name: values[name] for name in names}, **{new: values[old] for new, old in renamed.items()})
        return told

    return run


def _apply(*, values: Mapping[str, Any], **act: Any) -> Told:
    revision = review.apply(**act, **{name: values[name] for name in ("digest", "edition", "text")})
    if revision is None:
        return "Applied."
    text = (
        'Applied. It is <a href="{}">version {}</a> of the study. Its '
        '<a href="{}">history says what changed and why</a>.'
    )
    history = reverse("studies:history", args=[revision.study.slug])
    return format_html(text, revision.get_absolute_url(), revision.number, history)


def _is_held_by_another(now: Situation) -> bool:
    return now.contribution.holder_id != now.user.pk


def _can_be_applied(now: Situation) -> bool:
    """A holder rebases what is in conflict; from a second person, applying gives it back to the holder."""
    return now.proposal is not None and not (now.conflicts and Actor.HOLDER in now.actors)


def _was_not_looked_at(now: Situation) -> bool:
    return now.contribution.looked_at is None


def _is_young_spam(now: Situation) -> bool:
    ended = now.contribution.ended_at
    return ended is not None and now.at <= ended + review.SPAM_UNDO


ACTS = (
    Act(
        "claim", (Action.CLAIM,), "Take it", _plain(review.claim, "It is yours for 30 minutes."), group="hold",
        explain="It is yours for 30 minutes, and each step gives you 30 more. Nobody else can decide meanwhile.",
    ),
    Act("renew", (Action.RENEW,), "Still working on it", _plain(review.renew, "30 minutes more."), group="hold"),
    Act(
        "release", (Action.RELEASE,), "Put it back", _typed(review.release, "It is back in the queue.", "reason"),
        form=forms.ReleaseForm, group="hold",
        explain="It goes back into the queue as it is. A proposal that you wrote stays with it.",
    ),
    Act(
        "take-over", (Action.TAKE_OVER,), "Take it over", _typed(review.take_over, "It is yours now.", "reason"),
        form=forms.TakeOverForm, permission=LEAD, group="hold", offered=_is_held_by_another,
        explain="It becomes yours. A proposal that waits for a second person is closed.",
    ),
    Act(
        "release-quarantine", (Action.RELEASE_QUARANTINE,), "Let it into the queue",
        _plain(review.release_quarantine, "It is in the queue."), permission=SEE, group="hold",
    ),
    Act(
        "look", (Action.LOOK,), "Leave it in quarantine", _plain(review.look, "It stays in quarantine."),
        explain="You have read it and it is not for the queue. It is deleted 30 days after it came.",
        permission=SEE, group="hold", offered=_was_not_looked_at,
    ),
    Act(
        "apply", (Action.APPLY, Action.SECOND), "Apply the change", _apply, form=forms.ApplyForm, offered=_can_be_applied,
        explain="It becomes public at once, exactly as shown above.",
    ),
    Act(
        "refuse", (Action.REFUSE,), "Refuse the proposal",
        _typed(review.refuse, "Refused. Whoever wrote it has the message again.", "reason"), form=forms.RefuseForm,
        explain="Nothing is changed. Whoever wrote the proposal has the message again and reads why.",
    ),
    Act(
        "recall", (Action.RECALL,), "Take the proposal back", _plain(review.recall, "You can write another proposal."),
        explain="The proposal is closed, and the message is yours again for 30 minutes.",
    ),
    Act(
        "ask", (Action.ASK,), "Ask the contributor", _typed(review.ask, "Asked. It waits for the answer.", "text"),
        form=forms.AskForm, explain="It leaves your hands until the answer comes. After 60 days of silence it is closed.",
    ),
    Act(
        "decline", (Action.DECLINE,), "Decline", _typed(review.decline, "Declined.", "reason", "text"),
        form=forms.DeclineForm, explain="Nothing is changed. The contributor can ask for a second look, once.",
    ),
    Act(
        "note", (Action.NOTE,), "Keep as background", _typed(review.note, "Kept as background.", "text"),
        form=forms.NoteForm, explain="It was read, and no page changes.",
    ),
    Act(
        "duplicate", (Action.DUPLICATE,), "Known already",
        _typed(review.mark_duplicate, "Marked as known already.", "text", duplicate_of="other"), form=forms.DuplicateForm,
        explain="Somebody else told us, or the atlas has it already.",
    ),
    Act(
        "choose-study", (Action.CHOOSE_STUDY,), "Choose another study",
        _typed(review.choose_study, "The study is chosen.", "study"), form=forms.StudyForm,
        explain="A proposal for the study before is closed.",
    ),
    Act(
        "spam", (Action.SPAM,), "Mark as spam", _plain(review.mark_spam, "Marked as spam. This can be undone for 14 days."),
        permission=SEE, explain="Nobody is told. It can be undone for 14 days.",
    ),
    Act(
        "undo-spam", (Action.UNDO_SPAM,), "It is not spam", _plain(review.undo_spam, "It is in the queue."), permission=SEE,
        offered=_is_young_spam,
    ),
    Act(
        "erase", (Action.ERASE,), "Erase", _typed(review.erase, "Erased. Kind, outcome and month are left."),
        form=forms.EraseForm, permission=LEAD,
        explain="Text, answers, address and keys are deleted at once and for good. What became public stays.",
    ),
)  # fmt: skip
