from collections import Counter

import pytest

from studies import wording
from studies.wording import Subject
from tests.studies.wording_cases import CALM, cases, sample_subjects, subject

BAD, GOOD = cases("bad.jsonl"), cases("good.jsonl")


def blocking(found):
    return [(finding.rule, finding.words) for finding in found if finding.is_blocking]


def only(found, rule):
    (finding,) = [finding for finding in found if finding.rule == rule]
    return finding


@pytest.mark.parametrize("case", BAD, ids=lambda case: case["sentence"])
def test_a_bad_sentence_is_refused_by_its_rule(case):
    found = [f for f in wording.check(subject(**case)) if f.rule == case["rule"] and f.field == case["field"]]
    assert [finding.severity for finding in found][:1] == [wording.BLOCKING]


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case["sentence"])
def test_a_sentence_that_comes_close_is_not_refused(case):
    assert blocking(wording.check(subject(**case))) == []


def test_the_lists_are_long_enough_and_cover_every_blocking_rule():
    assert (len(BAD) >= 60, len(GOOD) >= 60) == (True, True)
    rules = {"overclaiming", "certainty-above-level", "causal-verb", "animals-as-patients", "population-label"}
    rules |= {"generic-present", "advice", "pem-contradicts-badge", "missing-limitation"}
    assert {case["rule"] for case in BAD} == {case["rule"] for case in GOOD} == rules
    assert min(Counter(case["rule"] for case in BAD).values()) >= 5


@pytest.mark.parametrize("named", sample_subjects(), ids=lambda named: named[0])
def test_a_sample_study_is_not_refused(named):
    assert blocking(wording.check(named[1])) == []


def test_a_finding_says_where_what_and_how_better():
    text = "Blood was taken twice. The study proves that lactate is high. It was small."
    finding = only(wording.check(subject(field="summary", sentence=text, design="case_control")), "overclaiming")
    assert finding == wording.Finding(
        rule="overclaiming",
        severity="blocking",
        field="summary",
        item=None,
        start=33,
        end=39,
        words="proves",
        before="The study ",
        after=" that lactate is high.",
        message="One study never proves a thing.",
        better="The results fit with this idea.",
    )
    assert text[finding.start : finding.end] == finding.words


def test_the_surroundings_of_a_long_sentence_are_cut_between_words():
    text = (
        "In the seventh year after the very first visit the study proves that lactate in the blood of patients is high."
    )
    finding = only(wording.check(subject(field="summary", sentence=text, design="case_control")), "overclaiming")
    assert finding.context == "… after the very first visit the study proves that lactate in the blood of patients …"


def test_a_place_in_a_list_names_its_item():
    texts = CALM | {"findings": ("Lactate was high.", "This is a breakthrough.")}
    finding = only(wording.check(Subject(texts=texts, design="case_control")), "overclaiming")
    assert (finding.field, finding.item, finding.start, finding.end) == ("findings", 1, 10, 22)


def test_places_stay_right_behind_quotes_and_unusual_marks():
    text = "The paper calls it “a proof”.\u00a0It is a ground\u2010breaking test of ME\u2044CFS."
    finding = only(wording.check(subject(field="summary", sentence=text, design="case_control")), "overclaiming")
    assert (finding.words, text[finding.start : finding.end]) == ("ground\u2010breaking", "ground\u2010breaking")


def test_scare_quotes_that_quote_nobody_hide_nothing():
    case = subject(field="summary", sentence="This “miracle cure” was tested.", design="cohort")
    assert blocking(wording.check(case)) == [("overclaiming", "miracle"), ("overclaiming", "cure")]


def test_a_study_without_texts_has_no_findings():
    assert wording.check(Subject(texts={"summary": "", "findings": ()}, design="cohort")) == []


def test_missing_limits_are_named_one_by_one():
    found = wording.check(Subject(texts={"summary": "The team looked at blood."}, design="cohort"))
    assert [(finding.rule, finding.field) for finding in found] == [
        ("missing-limitation", "main_limitation"),
        ("missing-limitation", "limitations"),
    ]


def test_a_key_point_that_says_how_sure_it_is_needs_no_advice():
    sure, bare = "Lactate was higher in 24 patients; the study was small.", "Lactate was higher in 24 patients."
    found = [wording.check(subject(field="key_point", sentence=text, design="cohort")) for text in (sure, bare)]
    assert [[finding.rule for finding in each] for each in found] == [[], ["key-point-without-doubt"]]


def test_what_the_authors_conclude_is_advised_on_and_not_refused():
    text = "The authors conclude that rest reduces pain."
    finding = only(wording.check(subject(field="conclusions", sentence=text, design="cohort")), "causal-verb")
    assert (finding.severity, finding.words) == ("advisory", "reduces")


@pytest.mark.parametrize(
    ("design", "flags", "expected"),
    [
        ("randomised_trial", [], None),
        ("systematic_review", [], "advisory"),
        ("systematic_review", ["cross_sectional_no_causation"], "blocking"),
        ("cohort", [], "blocking"),
        ("", [], "blocking"),
    ],
)
def test_a_causal_verb_weighs_as_much_as_the_design_lets_it(design, flags, expected):
    case = subject(field="findings", sentence="The drug reduces fatigue.", design=design, method_flags=flags)
    assert next((finding.severity for finding in wording.check(case)), None) == expected


@pytest.mark.parametrize(
    ("level", "expected"), [("E0", []), ("E1", []), ("E2", ["strong evidence"]), ("", ["strong evidence"])]
)
def test_certainty_needs_its_evidence_level(level, expected):
    case = subject(field="significance", sentence="There is strong evidence.", design="cohort", evidence_level=level)
    assert [finding.words for finding in wording.check(case)] == expected


def test_a_label_of_many_illnesses_leaves_the_decision_to_a_person():
    facts = {"design": "cohort", "population_label": "patients with chronic diseases"}
    case = subject(field="summary", sentence="Lactate was high in 66 people with ME/CFS.", **facts)
    assert [(f.rule, f.severity) for f in wording.check(case)] == [("population-label", "advisory")]


def test_one_rule_reports_at_most_twenty_places_of_a_text():
    case = subject(field="summary", sentence="It is a miracle. " * 30, design="cohort")
    assert len(wording.check(case)) == 20


@pytest.mark.parametrize(("words", "expected"), [(26, []), (27, ["long-sentence"])])
def test_a_sentence_is_long_from_27_words_on(words, expected):
    case = subject(field="summary", sentence="Blood " + "was " * (words - 2) + "taken.", design="cohort")
    assert [finding.rule for finding in wording.check(case)] == expected


def test_a_text_of_many_middling_sentences_is_long_on_average():
    case = subject(field="summary", sentence=("Blood " + "was " * 20 + "taken. ") * 2, design="cohort")
    finding = only(wording.check(case), "long-on-average")
    assert (finding.field, finding.message) == (
        "summary",
        "Its sentences have 22 words on average; aim for 20 or fewer.",
    )
