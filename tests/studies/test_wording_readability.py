import math

import pytest

from studies import wording
from studies.wording.readability import read, syllables
from studies.wording.terms import masked
from tests.studies.wording_cases import subject

# Counted by ear and with a pronouncing dictionary.
SYLLABLES = """
1: cat rate rates used walked caused sleep the eye clothes months lie died whole once lives lived tongue blue friend
2: table wanted boxes changes fatigue study studies patient patients malaise people every science being seeing doing
2: disease special social region question fashion quiet diet language equal playing rested needed improved measured
2: reduced lower breathing muscle muscles simple little healthy syndrome virus immune nervous trial symptoms severe
2: two-day compared likely rhythm houses prizes judges controls useful movement technique argue value treatment doesn't
3: created actual usual medicine medium radio various initial exercise diseases diagnosed idea area studying hospital
3: video theory cardiac questionnaire average different general several interest severely element supplement quality
4: diagnosis evaluate continuous mechanism experience significant statistical temperature society recovery bacteria
4: associate orthostatic unrefreshing self-reported
5: metabolism individual university association
"""
COUNTED = [
    (word, int(line.partition(":")[0]))
    for line in SYLLABLES.strip().splitlines()
    for word in line.split(": ")[1].split()
]


@pytest.mark.parametrize(("word", "expected"), COUNTED)
def test_syllables_of_a_word(word, expected):
    assert syllables(word) == expected


def test_the_grades_follow_their_formulas():
    # 5 and 4 words, 8 and 8 syllables, one word of three and more in each.
    reading = read("The team studied the medicine. It improved no recovery.")
    assert (reading.sentences, reading.words) == (2, 9)
    assert reading.smog == round(1.0430 * math.sqrt(2 * 30 / 2) + 3.1291, 1) == 8.8
    assert reading.flesch_kincaid == round(0.39 * 9 / 2 + 11.8 * 16 / 9 - 15.59, 1) == 7.1


def test_smog_of_thirty_sentences_is_exact_and_of_fewer_is_not():
    assert [read("It was a recovery. " * number).is_exact for number in (29, 30)] == [False, True]


def test_a_text_without_words_has_no_reading():
    assert read(" 12 … 34. ") is None


def test_unavoidable_terms_count_as_one_short_word():
    text = "Post-exertional malaise in myalgic encephalomyelitis/chronic fatigue syndrome (ME/CFS) and HLA-DQB1, IL-6."
    assert masked(text) == "it in it (it) and it, it."
    assert read(text).smog == 3.1


def test_a_text_that_is_hard_to_read_is_advised_on():
    text = "Immunological abnormalities characterised participants. " * 12
    found = wording.check(subject(field="summary", sentence=text, design="cohort"))
    assert [(f.rule, f.severity, f.field, f.words) for f in found] == [("reading-level", "advisory", "short", "")]
    assert found[0].message == (
        "SMOG is 14.1, Flesch-Kincaid 38.6; the aim is SMOG 10. A rough figure: there are fewer than 30 sentences."
    )


def test_a_few_sentences_are_advised_on_only_when_far_above_the_target():
    found = wording.check(subject(field="question", sentence="Do antibodies differ in recovery?", design="cohort"))
    assert found == []
