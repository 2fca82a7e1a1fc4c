import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.diff import Change, Piece, as_text, changes, items, pieces, words


def test_changes_come_in_the_order_asked_for():
    old = {"title": "A", "year": 2003, "note": None}
    new = {"year": 2004, "note": "", "title": "B", "doi": None}
    assert changes(old, new, ["year", "title"]) == [
        Change("year", 2003, 2004),
        Change("title", "A", "B"),
        Change("note", None, ""),
    ]
    assert [change.field for change in changes(old, new)] == ["title", "year", "note"]


def test_missing_field_equals_none():
    assert changes({"a": None}, {"b": None}) == []
    assert changes({}, {"a": "x"}) == [Change("a", None, "x")]


def test_number_and_truth_value_are_different():
    assert changes({"a": 1}, {"a": True}) == [Change("a", 1, True)]


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("", "", []),
        ("PEM was required.", "PEM was required.", [Piece("same", "PEM was required.")]),
        ("", "New text.", [Piece("added", "New text.")]),
        ("Old text.", "", [Piece("removed", "Old text.")]),
        (
            "Few people had PEM.",
            "Most people had PEM.",
            [Piece("removed", "Few"), Piece("added", "Most"), Piece("same", " people had PEM.")],
        ),
        (
            "Some had PEM.",
            "Some had PEM. Others did not.",
            [Piece("same", "Some had PEM."), Piece("added", " Others did not.")],
        ),
        (
            "one two three four",
            "one three four five",
            [
                Piece("same", "one"),
                Piece("removed", " two"),
                Piece("same", " three four"),
                Piece("added", " five"),
            ],
        ),
        ("a b", "a\nb", [Piece("same", "a"), Piece("removed", " b"), Piece("added", "\nb")]),
    ],
)
def test_words_show_what_was_removed_and_added(old, new, expected):
    assert words(old, new) == expected


def test_items_are_compared_one_by_one():
    assert items(["a", "b", "c"], ["a", "c", "d"]) == [
        Piece("same", "a"),
        Piece("removed", "b"),
        Piece("same", "c"),
        Piece("added", "d"),
    ]


def test_structured_items_are_readable():
    old = [{"family": "Jason", "given": "Leonard", "orcid": ""}]
    new = [{"family": "Jason", "given": "Leonard A.", "orcid": ""}, {"collective": "RECOVER"}]
    assert items(old, new) == [
        Piece("removed", "family: Jason; given: Leonard"),
        Piece("added", "family: Jason; given: Leonard A."),
        Piece("added", "collective: RECOVER"),
    ]


def test_items_that_look_alike_but_differ_are_shown():
    assert items([1], ["1"]) == [Piece("removed", "1"), Piece("added", "1")]


@pytest.mark.parametrize(
    "change, expected",
    [
        (Change("title", "a b", "a c"), [Piece("same", "a"), Piece("removed", " b"), Piece("added", " c")]),
        (Change("topics", None, ["sleep"]), [Piece("added", "sleep")]),
        (Change("topics", ["sleep"], None), [Piece("removed", "sleep")]),
        (Change("patients", 12, 21), [Piece("removed", "12"), Piece("added", "21")]),
        (Change("patients", None, 21), [Piece("added", "21")]),
        (
            Change("pem_statement", None, {"claim": "compulsory", "quote": ""}),
            [Piece("added", "claim: compulsory")],
        ),
    ],
)
def test_pieces_suit_the_kind_of_value(change, expected):
    assert pieces(change) == expected


def test_value_as_text_leaves_out_empty_parts():
    assert as_text({"a": "x", "b": None, "c": ["y", "z"], "d": []}) == "a: x; c: y, z"


@pytest.mark.parametrize(
    "old, new",
    [
        (["word"] * 3000, ["word"] * 1500 + ["other"] + ["word"] * 1499),
        (["the", "a"] * 1500, ["a", "the"] * 1500),
        ([f"w{i % 50}" for i in range(3000)], [f"w{i * 7 % 50}" for i in range(3000)]),
        ([f"w{i}" for i in range(3000)], [f"v{i}" if i % 3 else f"w{i}" for i in range(3000)]),
        ([f"w{i * i % 400}" for i in range(3000)], [f"w{i * i * i % 400}" for i in range(3000)]),
    ],
)
def test_three_thousand_words_are_compared_quickly(old, new):
    started = time.process_time()
    found = words(" ".join(old), " ".join(new))
    # Under a second on a slow core; work that grows with the square would take minutes.
    assert time.process_time() - started < 5
    assert "".join(piece.text for piece in found if piece.kind != "added") == " ".join(old)


texts = st.text("ab \n", max_size=40) | st.text(max_size=40)


@given(texts, texts)
def test_pieces_make_up_both_texts(old, new):
    found = words(old, new)
    assert "".join(piece.text for piece in found if piece.kind != "added") == old
    assert "".join(piece.text for piece in found if piece.kind != "removed") == new
    assert all(piece.text for piece in found)
    assert not any(one.kind == other.kind for one, other in pairwise(found))


scalars = st.none() | st.integers(0, 3) | st.sampled_from(["", "a", "b"])
lists = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=6)


@given(lists, lists)
def test_items_make_up_both_lists(old, new):
    found = items(old, new)
    assert [piece.text for piece in found if piece.kind != "added"] == old
    assert [piece.text for piece in found if piece.kind != "removed"] == new


records = st.dictionaries(st.sampled_from("abcde"), scalars)


@given(records, records)
def test_changes_lead_from_old_to_new(old, new):
    result = dict(old)
    for change in changes(old, new):
        assert result.get(change.field) == change.old
        result[change.field] = change.new
    assert {key: value for key, value in result.items() if value is not None} == {
        key: value for key, value in new.items() if value is not None
    }
