import random
from array import array

from hypothesis import given
from hypothesis import strategies as st

from studies.search.bitmaps import Order, filled, flags, from_ids, to_ids

IDS = st.sets(st.integers(0, 3000), max_size=300)


@given(IDS)
def test_ids_come_back_in_rising_order(ids):
    assert to_ids(from_ids(ids)) == sorted(ids)


@given(st.integers(0, 200))
def test_a_dense_set_comes_back_too(size):
    assert to_ids(from_ids(range(size))) == list(range(size))


@given(IDS)
def test_flags_mark_the_ids(ids):
    assert [each for each, flag in enumerate(flags(from_ids(ids))) if flag] == sorted(ids)


@given(st.dictionaries(st.integers(0, 500), st.integers(0, 9)), IDS, st.integers(0, 40), st.integers(0, 40))
def test_an_order_takes_any_slice_of_any_subset(numbers, subset, start, size):
    order = Order().replaced(set(), numbers)
    expected = sorted(
        (each for each in numbers if each in subset), key=lambda each: (numbers[each], each), reverse=True
    )
    assert order.take(from_ids(subset), start, size) == expected[start : start + size]


@given(
    st.integers(0, 9), st.sampled_from([1, 30, 800, 3000, 3999, 4000]), st.integers(0, 3990),
    st.sampled_from([1, 20, 100]), st.sampled_from(["anywhere", "first", "last"]),
)  # fmt: skip
def test_a_long_order_takes_any_slice_of_any_subset(seed, size, start, number, where):
    """Long enough for every way of taking, also where the subset is not spread evenly."""
    ids, chance = list(range(4000)), random.Random(seed)  # noqa: S311 - it has to repeat
    chance.shuffle(ids)
    subset = {"anywhere": chance.sample(ids, size), "first": ids[:size], "last": ids[-size:]}[where]
    places = {each: place for place, each in enumerate(ids)}
    expected = sorted(subset, key=places.__getitem__)
    order = Order(ids)
    for begin in (0, start):
        assert order.take(from_ids(subset), begin, number) == expected[begin : begin + number]


@given(
    st.dictionaries(st.integers(0, 300), st.integers(0, 9)),
    st.dictionaries(st.integers(0, 300), st.integers(0, 9)),
    IDS,
)
def test_replacing_gives_the_same_order_as_starting_anew(old, new, gone):
    replaced = Order().replaced(set(), old).replaced(gone | set(new), new)
    kept = {each: number for each, number in old.items() if each not in gone} | new
    assert list(replaced.ids) == list(Order().replaced(set(), kept).ids)


@given(st.dictionaries(st.integers(0, 500), st.integers(0, 9)), IDS, st.integers(0, 9), st.integers(0, 500))
def test_an_order_goes_on_after_any_study_whether_it_is_still_there_or_not(numbers, subset, number, id_):
    order = Order().replaced(set(), numbers)
    rest = sorted(
        (each for each in numbers if each in subset and (numbers[each], each) < (number, id_)),
        key=lambda each: (numbers[each], each),
        reverse=True,
    )
    assert order.after(from_ids(subset), order.place_after(number, id_), 40) == rest[:40]
    assert [order.number(each) for each in rest] == [numbers[each] for each in rest]


@given(st.integers(0, 9), st.sampled_from([1, 30, 800, 4000]), st.integers(0, 4000), st.sampled_from([1, 100]))
def test_a_long_order_goes_on_from_any_place(seed, size, place, number):
    """Large and small subsets are taken in different ways."""
    ids, chance = list(range(4000)), random.Random(seed)  # noqa: S311 - it has to repeat
    chance.shuffle(ids)
    subset = set(chance.sample(ids, size))
    expected = [each for each in ids[place:] if each in subset][:number]
    assert Order(ids).after(from_ids(subset), place, number) == expected


def test_a_subset_with_unknown_ids_is_taken_without_them():
    order = Order([3, 1])
    assert order.take(from_ids([1, 99]), 0, 5) == [1]


def test_filled_leaves_the_old_column_alone():
    old = array("q", [5])
    assert list(filled(old, {2: 7})) == [5, 0, 7]
    assert list(old) == [5]
