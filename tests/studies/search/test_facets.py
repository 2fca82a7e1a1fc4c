from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from studies.search.bitmaps import from_ids, to_ids
from studies.search.facets import FACETS, YEAR, Index, Row, Selection, build, update

SINGLE = [facet for facet in FACETS if facet not in {"definition", "topic"}]
VALUES = ["a", "b", "c"]


@st.composite
def rows(draw):
    ids = st.sets(st.integers(1, 60), max_size=25)
    one, many = st.sampled_from(VALUES).map(lambda value: (value,)), st.sets(st.sampled_from(VALUES)).map(tuple)
    values = st.fixed_dictionaries({facet: one if facet in SINGLE else many for facet in FACETS})
    return [
        Row(
            id=each,
            values=draw(values),
            year=draw(st.none() | st.integers(1990, 1995)),
            day=each,
            changed=each,
            counter=1,
        )
        for each in sorted(draw(ids))
    ]


selections = st.builds(
    Selection,
    st.dictionaries(st.sampled_from(FACETS), st.lists(st.sampled_from([*VALUES, "unknown"]), unique=True).map(tuple)),
    st.none() | st.integers(1989, 1996),
    st.none() | st.integers(1989, 1996),
)


def fits(row, selection, leave_out=""):
    """The plain reading of a selection, one study at a time."""
    for facet, chosen in selection.values.items():
        if chosen and facet != leave_out and not set(chosen) & set(row.values[facet]):
            return False
    low, high = selection.year_from, selection.year_to
    if leave_out == YEAR or (low is None and high is None):
        return True
    return row.year is not None and (low or 0) <= row.year <= (high or 9999)


@given(rows(), selections)
def test_selection_and_counts_are_those_of_a_plain_reading(studies, selection):
    result = build(studies).select(selection)
    assert to_ids(result.bitmap) == [row.id for row in studies if fits(row, selection)]
    assert result.total == len(to_ids(result.bitmap))
    for facet in FACETS:
        for value in VALUES:
            expected = sum(value in row.values[facet] and fits(row, selection, facet) for row in studies)
            assert result.counts[facet].get(value, 0) == expected
    for year in range(1990, 1996):
        assert result.years.get(year, 0) == sum(row.year == year and fits(row, selection, YEAR) for row in studies)


@given(rows(), selections)
def test_counts_of_a_single_valued_facet_add_up(studies, selection):
    index = build(studies)
    result = index.select(selection)
    for facet in SINGLE:
        chosen = selection.values.get(facet) or tuple(VALUES)
        assert sum(result.counts[facet].get(value, 0) for value in chosen) == result.total


@given(rows(), selections, selections)
def test_another_filter_never_enlarges_a_list(studies, first, second):
    index = build(studies)
    both = Selection({**second.values, **first.values}, first.year_from, first.year_to)
    assert index.select(both).bitmap & ~index.select(first).bitmap == 0


@given(rows(), selections)
def test_taking_back_a_choice_never_shrinks_a_list_except_to_an_alternative(studies, selection):
    index = build(studies)
    for facet in selection.values:
        freed = Selection({**selection.values, facet: ()}, selection.year_from, selection.year_to)
        assert index.select(selection).bitmap & ~index.select(freed).bitmap == 0


@given(rows(), selections, st.sets(st.integers(1, 60)))
def test_words_narrow_list_and_counts_alike(studies, selection, found):
    narrowed = build(studies).select(selection, from_ids(found))
    alone = build([row for row in studies if row.id in found]).select(selection)
    assert narrowed.bitmap == alone.bitmap
    assert narrowed.years == alone.years
    for facet in FACETS:
        assert {k: v for k, v in narrowed.counts[facet].items() if v} == {
            k: v for k, v in alone.counts[facet].items() if v
        }


@given(rows(), rows(), st.sets(st.integers(1, 60)), selections)
def test_an_update_gives_the_same_index_as_starting_anew(old, new, gone, selection):
    updated = update(build(old), new, changed=gone)
    replaced = gone | {row.id for row in new}
    anew = build(sorted([*(row for row in old if row.id not in replaced), *new], key=lambda row: row.id))
    assert updated.select(selection) == anew.select(selection)
    assert list(updated.newest.ids) == list(anew.newest.ids)


def test_an_update_leaves_the_old_index_as_it_was():
    row = Row(1, dict.fromkeys(FACETS, ("a",)), 1990, 1, 1, 1)
    old = build([row])
    update(old, [], changed=[1])
    assert old.whole.total == 1


@given(rows(), selections, st.integers(0, 5000))
def test_few_studies_among_many_are_counted_as_many_are(studies, selection, apart):
    """Far from each other, so that the same studies are counted one by one."""
    spread = [replace(row, id=row.id + apart * 60 * (row.id % 7)) for row in studies]
    near, far = build(studies).select(selection), build(spread).select(selection)
    assert (far.counts, far.years, far.undated) == (near.counts, near.years, near.undated)


def test_an_empty_index_answers():
    assert Index().select(Selection({"pem": ("required",)})).total == 0
    assert Index().newest.take(0, 0, 20) == []
