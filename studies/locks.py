"""Rows of studies, locked for the rest of a transaction, always in order of id."""

from collections.abc import Iterable

from studies.errors import Stale
from studies.models import Study
from studies.vocabulary import State


def locked(study_id: int | None, state: State) -> Study:
    """The study, fresh and locked; raises Stale where it is not in this state any more."""
    study = Study.objects.select_for_update(of=("self",)).get(pk=study_id)
    if study.state != state:
        raise Stale(f"The study is not “{State(state).label.lower()}” any more.")
    return study


def locked_all(study_ids: Iterable[int]) -> dict[int, Study]:
    rows = Study.objects.select_for_update(of=("self",)).filter(pk__in=sorted(set(study_ids))).order_by("pk")
    return {study.pk: study for study in rows}
