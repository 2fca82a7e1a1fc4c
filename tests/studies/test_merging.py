from hypothesis import given
from hypothesis import strategies as st

from studies.merging import Conflict, Merge, merge

BASE = {"title": "A", "patients": 10, "topics": ["sleep"]}


def test_fields_touched_by_one_side_are_taken():
    current, proposed = {**BASE, "title": "B"}, {"patients": 12}
    assert merge(BASE, current, proposed) == Merge({"title": "B", "patients": 12, "topics": ["sleep"]}, ())


def test_same_change_on_both_sides_is_no_conflict():
    assert merge(BASE, {**BASE, "patients": 12}, {**BASE, "patients": 12}) == Merge({**BASE, "patients": 12}, ())


def test_different_changes_are_a_conflict_and_write_nothing():
    merged = merge(BASE, {**BASE, "topics": ["muscle"]}, {"topics": ["sleep", "immunology"], "patients": 12})
    assert merged.conflicts == (Conflict("topics", ["sleep"], ["muscle"], ["sleep", "immunology"]),)
    assert merged.values == {"title": "A", "patients": 12, "topics": ["muscle"]}
    assert not merged.is_clean


def test_proposal_that_keeps_the_old_value_does_not_undo_a_newer_one():
    assert merge(BASE, {**BASE, "patients": 12}, dict(BASE)).values["patients"] == 12


def test_field_that_a_snapshot_lacks_is_none():
    assert merge({}, {}, {"note": "x"}) == Merge({"note": "x"}, ())
    assert merge({}, {"note": "y"}, {"note": "x"}).conflicts == (Conflict("note", None, "y", "x"),)
    assert merge({"note": "x"}, {"note": "y"}, {"note": None}).conflicts == (Conflict("note", "x", "y", None),)


def test_number_and_truth_value_are_different_changes():
    assert merge({"a": 0}, {"a": 1}, {"a": True}).conflicts == (Conflict("a", 0, 1, True),)


FIELDS = "abcde"
values = st.none() | st.integers(0, 2) | st.lists(st.integers(0, 1), max_size=2)
snapshots = st.fixed_dictionaries(dict.fromkeys(FIELDS, values))
proposals = st.dictionaries(st.sampled_from(FIELDS), values)


@given(snapshots, snapshots, proposals)
def test_no_change_is_lost(base, current, proposed):
    merged = merge(base, current, proposed)
    disputed = {conflict.field for conflict in merged.conflicts}
    for field in FIELDS:
        wanted = proposed.get(field, base[field])
        if field in disputed:
            continue
        if wanted != base[field]:
            assert merged.values[field] == wanted
        if current[field] != base[field]:
            assert merged.values[field] == current[field]


@given(snapshots, snapshots, proposals)
def test_overlap_is_always_a_conflict_and_nothing_else_is(base, current, proposed):
    overlap = {
        field
        for field, wanted in proposed.items()
        if wanted != base[field] and current[field] != base[field] and wanted != current[field]
    }
    assert {conflict.field for conflict in merge(base, current, proposed).conflicts} == overlap


@given(snapshots, proposals, proposals)
def test_order_of_proposals_that_do_not_overlap_is_irrelevant(base, one, other):
    other = {field: value for field, value in other.items() if field not in one}
    first = merge(base, merge(base, base, one).values, other)
    second = merge(base, merge(base, base, other).values, one)
    assert first == second
    assert first.is_clean


@given(snapshots, snapshots)
def test_nothing_proposed_changes_nothing(base, current):
    assert merge(base, current, {}) == Merge(current, ())
    assert merge(base, current, base) == Merge(current, ())


@given(snapshots, proposals)
def test_proposal_on_an_unchanged_study_is_applied_whole(base, proposed):
    assert merge(base, base, proposed) == Merge({**base, **proposed}, ())


@given(snapshots, snapshots, snapshots)
def test_sides_are_treated_alike(base, one, other):
    here, there = merge(base, one, other), merge(base, other, one)
    disputed = {conflict.field for conflict in here.conflicts}
    assert disputed == {conflict.field for conflict in there.conflicts}
    assert {f: v for f, v in here.values.items() if f not in disputed} == {
        f: v for f, v in there.values.items() if f not in disputed
    }
