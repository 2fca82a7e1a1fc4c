"""The check takes time in proportion to a text's length, whatever the text: work is counted, not only timed."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies import wording
from tests.studies.wording_cases import sample_subjects, subject

# Runs on which a careless pattern would start again at every place.
PIECES = [
    "proves ",
    "not ",
    "does not show ",
    "whether ",
    "ME/CFS patients ",
    "people with ",
    "all ",
    "PEM ",
    ". ",
    "...",
    "“",
    '"',
    "'",
    "‘",
    "(",
    " ",
    "\n",
    "a",
    "because of ",
    "should ",
    "the study ",
    "which causes ",
    "A1-",
    "e.g. ",
    "…",
    "reduced ",
    "0,",
    "patients from ",
    "cells from ",
    "had ",
]
FACTS = {"pem": "unclear", "population_label": "CFS", "evidence_level": "E3"}


def seconds(piece, length, design):
    case = subject(field="summary", sentence=piece * (length // len(piece)), design=design, **FACTS)
    start = time.process_time()
    wording.check(case)
    return time.process_time() - start


def grows_linearly(piece, length, design):
    """Eight times the text takes at most three times as long a character; work that grows with the square takes eight times.

    Other programs on the machine can slow one measurement down, not four.
    """
    for _ in range(4):
        small = seconds(piece, length // 8, design)
        if seconds(piece, length, design) < max(24 * small, length / 100_000):
            return True
    return False


@pytest.mark.parametrize(("piece", "design"), [(piece, ("animal", "cohort")[n % 2]) for n, piece in enumerate(PIECES)])
def test_one_piece_over_and_over_takes_linear_time(piece, design):
    assert grows_linearly(piece, 48_000, design)


@pytest.mark.full
@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6), st.sampled_from(["animal", "cohort", "commentary"]))
def test_any_mix_of_pieces_takes_linear_time(pieces, design):
    assert grows_linearly("".join(pieces), 100_000, design)


def test_a_hundred_kilobytes_of_ordinary_text_take_seconds():
    (_, sample), *_ = sample_subjects()
    assert seconds(" ".join(sample.texts[name] for name in ("summary", "limitations")) + " ", 100_000, "cohort") < 20


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["summary", "question", "findings"]))
def test_any_text_is_read_and_every_place_holds_its_words(text, field):
    for finding in wording.check(subject(field=field, sentence=text, design="animal", **FACTS)):
        if finding.field == field:
            assert text[finding.start : finding.end] == finding.words
