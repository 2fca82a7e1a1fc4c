"""Matching on two sets of real citations, of which people said which are the same paper (tests/data/dedupe)."""

import pytest

from scripts.benching.matching import FOLDER, SETS, match, measured, read
from studies.matching.facts import facts_of
from studies.matching.judging import Verdict, judge


@pytest.mark.parametrize(("name", "records", "pairs"), [("respiratory", 1988, 509), ("stroke", 1292, 479)])
def test_sets_are_whole(name, records, pairs):
    labelled = read(FOLDER, name)
    assert (len(labelled.records), len(labelled.same)) == (records, pairs)


@pytest.mark.parametrize("name", SETS)
def test_automatic_merges_are_right_and_nearly_complete(name):
    figures = measured(FOLDER, name)
    assert figures["precision"] >= 0.999
    assert figures["recall"] >= 0.97


@pytest.mark.parametrize(("name", "most"), [("respiratory", 4), ("stroke", 0)])
def test_what_is_not_merged_is_offered_to_people(name, most):
    assert measured(FOLDER, name)["missed"] <= most


@pytest.mark.parametrize("name", SETS)
def test_verdict_does_not_depend_on_the_order_of_two_records(name):
    labelled = read(FOLDER, name)
    found = match(labelled)
    facts = {number: facts_of(record) for number, record in labelled.records.items()}
    for one, other in map(tuple, found.merged | found.offered | labelled.same):
        assert judge(facts[one], facts[other]) == judge(facts[other], facts[one])
    assert all(
        judge(facts[one], facts[one]).verdict == Verdict.SAME for one in facts if facts[one].family and facts[one].year
    )
