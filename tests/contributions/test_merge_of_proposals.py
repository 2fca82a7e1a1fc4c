"""Two proposals written against the same study: whatever they hold, no change is lost and an overlap is a conflict."""

from collections.abc import Mapping

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies import proposals
from studies.models import Study
from studies.proposals import Conflict, Stale
from studies.snapshots import current
from tests.contributions.factories import a_study, make_user

pytestmark = pytest.mark.django_db
FIELDS = ("title", "journal", "volume", "pages", "population_label", "summary")
changes = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["one", "two", "three"]), min_size=1, max_size=4)
slowly = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def after(study: Study, by, *in_order: Mapping[str, str]) -> list[object]:
    """The results of applying proposals that were all written first, and the study's values then; undone afterwards."""
    with transaction.atomic():
        written = [
            proposals.propose(study=study, values=values, reason="correction", note="Read again.", by=by)
            for values in in_order
        ]
        results = [attempt(proposal, by) for proposal in written]
        values = current([study.pk])[study.pk]
        transaction.set_rollback(True)
    return [*results, {name: values.get(name) for name in FIELDS}]


def attempt(proposal, by) -> str:
    try:
        proposals.apply(proposal=proposal, digest=proposal.digest, edition=1, by=by)
    except (Conflict, Stale) as error:
        return type(error).__name__
    return "applied"


@slowly
@given(changes, changes)
def test_two_proposals_lose_nothing_and_conflict_just_where_they_differ(one, other) -> None:
    study, by = a_study(), make_user("editor")
    before = current([study.pk])[study.pk]
    disputed = {name for name in one.keys() & other.keys() if one[name] != other[name]}
    first, second, values = after(study, by, one, other)
    expected = {name: before.get(name) for name in FIELDS} | one
    assert first == "applied"
    if disputed:
        assert (second, values) == ("Conflict", expected)
    else:
        assert second == ("Stale" if other.items() <= one.items() else "applied")
        assert values == expected | other


@slowly
@given(changes, changes)
def test_order_of_proposals_that_do_not_overlap_is_irrelevant(one, other) -> None:
    study, by = a_study(), make_user("editor")
    other = {name: value for name, value in other.items() if name not in one}
    if not other:
        return
    assert after(study, by, one, other) == after(study, by, other, one)
