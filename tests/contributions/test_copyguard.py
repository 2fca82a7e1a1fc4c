"""The copy guard: long common runs, in linear work."""

import time

from hypothesis import given
from hypothesis import strategies as st

from contributions.copyguard import RUN_OF_WORDS, copied_run

PRIVATE = "I have been ill since the spring of 2009 and nobody believed me."


def test_run_of_eight_words_is_found_whatever_its_case_and_marks() -> None:
    assert copied_run(PRIVATE, "One wrote: “ILL since the spring of 2009, and nobody” was sure.") == (
        "ill since the spring of 2009 and nobody"
    )


def test_seven_words_are_no_run() -> None:
    assert copied_run(PRIVATE, "ill since the spring of 2009 and") == ""


def test_whole_run_is_given_not_only_its_beginning() -> None:
    assert copied_run(PRIVATE, f"x {PRIVATE} y") == " ".join(PRIVATE.casefold().rstrip(".").split())


def test_what_was_public_before_is_no_copy() -> None:
    assert copied_run(PRIVATE, PRIVATE, known=PRIVATE) == ""


@given(st.lists(st.sampled_from("abc"), max_size=40), st.lists(st.sampled_from("abc"), max_size=40))
def test_run_is_found_just_where_eight_words_are_shared(one: list[str], other: list[str]) -> None:
    private, public = " ".join(one), " ".join(other)
    windows = {tuple(one[at : at + RUN_OF_WORDS]) for at in range(len(one) - RUN_OF_WORDS + 1)}
    shared = any(tuple(other[at : at + RUN_OF_WORDS]) in windows for at in range(len(other) - RUN_OF_WORDS + 1))
    run = copied_run(private, public)
    assert bool(run) == shared
    assert f" {run} " in f" {public} " if run else True


def test_long_texts_take_no_time() -> None:
    start = time.process_time()
    copied_run("word " * 50_000, "other " * 50_000)
    assert time.process_time() - start < 5  # a fraction of a second; work that grows with the square would take an hour
