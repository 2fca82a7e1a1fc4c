"""When a source has given enough: a circle is seen by what its pages bring, and not by what they are called."""

import pytest

from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming
from studies.records import Record
from studies.sources import bounds
from studies.sources.bounds import IDLE, Bounds
from studies.sources.faults import Circle, Endless
from studies.sources.page import Page


def paper(number: int) -> Incoming:
    return Incoming(record=Record(title=f"Paper {number}", authors=(), doi=f"10.1000/{number}"), source="Somewhere")


def page(*numbers: int, to: str = "next", total: int | None = None, left_out: int = 0) -> Page:
    return Page(tuple(paper(number) for number in numbers), to, total, left_out)


def counted(*pages: Page, cursor: str = "") -> Bounds:
    made = Bounds("Somewhere", lambda found: found.record.doi, cursor=cursor)
    for each in pages:
        made.count(each)
    return made


def test_one_name_for_all_places_is_no_circle_while_new_papers_come():
    made = counted(*(page(number, to="same") for number in range(100)))
    with pytest.raises(Circle):
        made.count(page(50, to="same"))


def test_place_where_the_run_began_is_a_circle_once_nothing_new_comes():
    with pytest.raises(Circle) as fault:
        counted(page(1, 2, to="b"), page(1, to="a"), cursor="a")
    assert str(fault.value) == (
        "Somewhere leads round in a circle: its pages bring again what came before. The run was stopped; the next one asks "
        "again from its first day."
    )


def test_twenty_pages_without_anything_new_are_a_circle_by_any_name():
    repeated = [page(1, to=f"place {number}") for number in range(IDLE)]
    made = counted(page(1), *repeated[:-1])
    with pytest.raises(Circle):
        made.count(repeated[-1])


def test_new_paper_among_old_ones_begins_the_count_anew():
    repeated = [page(1, to=f"place {number}") for number in range(3 * IDLE)]
    counted(page(1), *repeated[: IDLE - 1], page(1, 2, to="new"), *repeated[IDLE : 2 * IDLE - 1])


def test_empty_pages_are_a_circle_and_those_without_a_phrase_are_not_counted():
    counted(*(page(to=f"place {number}", left_out=5) for number in range(3 * IDLE)))
    with pytest.raises(Circle):
        counted(*(page(to=f"place {number}") for number in range(IDLE)))


def test_pages_without_a_phrase_between_hide_no_circle():
    between = [page(to=f"between {number}", left_out=5) for number in range(IDLE)]
    repeated = [page(1, to=f"place {number}") for number in range(IDLE)]
    with pytest.raises(Circle):
        counted(page(1), *(each for pair in zip(between, repeated, strict=True) for each in pair))


def test_papers_without_a_phrase_beside_old_ones_hide_no_circle():
    repeated = [page(1, to=f"place {number}", left_out=90) for number in range(IDLE)]
    with pytest.raises(Circle):
        counted(page(1), *repeated)


def test_circle_that_comes_to_more_than_the_source_names_is_told_as_a_circle():
    """Else the next run would go on from a place inside it."""
    repeated = [page(1, to=f"place {number}", left_out=90, total=100) for number in range(IDLE - 1)]
    with pytest.raises(Circle):
        counted(page(1, total=100), *repeated)


def test_papers_that_come_again_are_not_counted_as_more_than_the_source_names():
    old = range(1_000)
    pages = [page(*old, number, to=f"place {number}", total=1_010) for number in range(1_000, 1_010)]
    counted(*pages)


def test_last_page_is_never_too_much():
    counted(page(1), page(1, to=""), page(*range(5_000), to="", total=1))


def test_refusals_are_known_again_by_their_title_and_reason():
    refused = Refusal(number=1, title="A title", reason="No identifier.")
    with pytest.raises(Circle):
        counted(Page((refused,), "a"), Page((refused,), "a"))
    counted(Page((refused,), "a"), Page((Refusal(number=1, title="Another", reason="No identifier."),), "a"))


def test_more_than_twice_what_the_source_names_is_too_much():
    numbers = iter(range(10_000))
    pages = [page(*(next(numbers) for _ in range(100)), total=200) for _ in range(15)]
    made = counted(*pages[:14])
    with pytest.raises(Endless) as fault:
        made.count(pages[14])
    assert (type(fault.value), str(fault.value)) == (
        Endless,
        "Somewhere gave 1,500 papers, although it says that it has 200. The run was stopped; the next one goes on from there.",
    )


def test_lists_that_come_one_after_the_other_are_counted_together():
    numbers = iter(range(100_000))
    lists = [(9_000, 45), (8_000, 40), (9_500, 47), (7_000, 35)]
    counted(*(page(*(next(numbers) for _ in range(200)), total=total) for total, pages in lists for _ in range(pages)))


def test_source_that_always_names_more_is_stopped_by_the_number_of_pages(monkeypatch):
    monkeypatch.setattr(bounds, "MOST_PAGES", 50)
    made = counted(*(page(number, total=10**9 + number) for number in range(49)))
    with pytest.raises(Endless) as fault:
        made.count(page(49, total=10**9))
    assert str(fault.value) == (
        "Somewhere gave 50 pages, and says that it has more. The run was stopped; the next one goes on from there."
    )
