"""Quotes against the text they come from."""

import time

import pytest

from studies.quotes import Paper, Quote, fault, nearest, occurs

ABSTRACT = [
    {"label": "Background", "text": "People with ME/CFS tire after effort."},
    {
        "label": "Methods",
        "text": "Patients met the Canadian Consensus Criteria (CCC), which require post‐exertional malaise – and "
        "“unrefreshing sleep” – for six months. We tested 50 patients (aged 18–65 years; ≥ 6 months ill) and 40 controls.",
    },
    {"label": "Results", "text": "The ﬁrst test differed.\nThe second\tdid not."},
]
PAPER = Paper("Muscle strength in ME/CFS", ABSTRACT)
WAY_OUT = "Quote the paper word for word, or say that you read it in the full text, and where it stands there."


def quoted(text, locator="", basis="abstract"):
    return fault(Quote("Fukuda 1994", text, locator, basis), PAPER)


@pytest.mark.parametrize(
    "text",
    [
        "Patients met the Canadian Consensus Criteria (CCC)",
        "patients met the  Canadian\nConsensus Criteria",  # case and blanks
        'require post-exertional malaise - and "unrefreshing sleep"',  # dashes and quotation marks
        "‘unrefreshing sleep’ —for six months.",
        "“The first test differed.”",  # ligature, and marks round the quote
        "The second did not",
        "aged 18-65 years; ≥6 months ill",  # blanks round signs
        "Patients met the Canadian Consensus Criteria … for six months",
        "Patients met ... for six months [...] and 40 controls",
        "(…) We tested 50 patients",
        "post\u00ad‐exertional ma\u200blaise",  # invisible marks
        "and 40 controls. The first test differed.",  # from one section into the next
        "and 40 controls. Results: The first test",
    ],
)
def test_quote_that_stands_in_the_abstract_is_found(text):
    assert quoted(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Patients met the Fukuda criteria",
        "We tested 5",  # half a number
        "tested 50 patient",  # half a word
        "for six months … Patients met the Canadian",  # wrong order
        "…",
        "...",
        "—",
    ],
)
def test_quote_that_does_not_stand_there_is_refused(text):
    assert quoted(text).startswith("Fukuda 1994: the quote does not stand in the stored abstract.")


def test_refusal_shows_the_nearest_passage_and_the_way_out():
    assert quoted("We examined 50 patients aged 18 to 65") == (
        "Fukuda 1994: the quote does not stand in the stored abstract. "
        f"The nearest passage is: “We tested 50 patients (aged 18–65 years; ≥”. {WAY_OUT}"
    )
    assert quoted("Bananas grow in warm places") == (
        "Fukuda 1994: the quote does not stand in the stored abstract. Nothing in it is like the quote. " + WAY_OUT
    )


def test_quote_from_the_full_text_is_not_looked_for():
    assert quoted("All met the CCC.", "methods", "full_text") == ""
    assert quoted("All met the CCC.", "", "full_text") == ""


def test_quote_that_is_said_to_stand_in_abstract_or_title_is_looked_for_whatever_was_read():
    assert quoted("All met the CCC.", "abstract", "full_text") != ""
    assert quoted("Muscle strength", "title", "full_text") == ""
    assert quoted("Muscle weakness", "title", "full_text") == "Fukuda 1994: the quote does not stand in the title."


def test_without_an_abstract_only_the_full_text_can_be_quoted():
    quote = Quote("Fukuda 1994", "All met the CCC.", "methods", "abstract")
    assert fault(quote, Paper("T")) == (
        f"Fukuda 1994: no abstract is stored, so the quote cannot be found in it. {WAY_OUT}"
    )


def test_empty_quote_has_no_fault():
    assert quoted(" ") == ""


def test_nearest_passage_is_as_it_is_written():
    assert nearest("second test differed", "The first test differed. Then rest.") == "test differed. Then"
    assert nearest("anything", "") == ""


def test_long_texts_are_searched_in_little_time():
    text = "Patients rested and were tested again after some days of effort. " * 800
    start = time.process_time()
    assert not occurs("Nobody was tested … at all", [text])
    assert nearest("patients were rested after days " * 8, text) != ""
    assert time.process_time() - start < 5
