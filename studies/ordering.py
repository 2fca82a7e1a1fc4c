"""Publishing at a set hour: an approver decides now, `manage.py publish_due` carries it out when the hour has come.

What is published is what the approver was shown. Everything that publishing asks is asked twice: when it is ordered, and
again when it is carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from studies import publishing
from studies.errors import Problems, Stale
from studies.locks import locked, locked_all
from studies.models import PublishingOrder, Revision, Study
from studies.roles import NotAllowed, role_of
from studies.vocabulary import State

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Done:
    """What became of an order: `revision`, or the `fault` for which nothing was published."""

    study: Study
    revision: Revision | None
    fault: str = ""


@transaction.atomic
def order(*, study: Study, digest: str, publish_at: datetime, by: User, note: str = "") -> PublishingOrder:
    """Order that the study is published at `publish_at` exactly as it was shown (`digest`), in the name of `by`.

    Nothing becomes public now. Raises what `publishing.publish` raises, and Problems for an hour that is over or a second
    order.
    """
    publishing.ready(study=study, digest=digest, by=by, note=note)
    if publish_at <= timezone.now():
        raise Problems(["This hour is over. Give a later one, or publish the study now."])
    if PublishingOrder.objects.filter(study=study).exists():
        raise Problems(["The study has an order already. Cancel it first."])
    return PublishingOrder.objects.create(
        study=study,
        digest=digest,
        publish_at=publish_at,
        note=note.strip(),
        ordered_by=by,
        ordered_at=timezone.now(),
    )


@transaction.atomic
def cancel(*, study: Study, by: User) -> None:
    """Take the order back; the study stays in review. Raises NotAllowed, and Stale where there is no order any more."""
    role_of(by, "approve")
    study = locked(study.pk, State.IN_REVIEW)
    deleted, _ = PublishingOrder.objects.filter(study=study).delete()
    if not deleted:
        raise Stale("There is no order any more.")


def carry_out(*, at: datetime) -> list[Done]:
    """Publish what was ordered for `at` or earlier, the earliest first, each in a transaction of its own.

    An order that cannot be carried out stays, with the fault written on it, and is not tried again: a person has to look.
    """
    due = PublishingOrder.objects.filter(publish_at__lte=at, fault="").values_list("pk", flat=True)
    done = [_carry_out(number) for number in list(due)]
    return [each for each in done if each is not None]


def _carry_out(number: int) -> Done | None:
    """None where somebody was faster: published, sent back, cancelled, or another run of the command."""
    found = PublishingOrder.objects.filter(pk=number).first()
    if found is None:
        return None
    with transaction.atomic():
        locked_all([found.study_id])
        waiting = PublishingOrder.objects.filter(pk=number, fault="").select_related("study", "ordered_by").first()
        return _publish(waiting) if waiting else None


def _publish(waiting: PublishingOrder) -> Done:
    try:
        with transaction.atomic():
            revision = publishing.publish(
                study=waiting.study, digest=waiting.digest, by=waiting.ordered_by, note=waiting.note
            )
    except (NotAllowed, Stale, Problems) as error:
        waiting.fault = str(error)
        waiting.save(update_fields=["fault"])
        return Done(waiting.study, None, waiting.fault)
    return Done(waiting.study, revision)
