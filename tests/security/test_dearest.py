"""The dearest questions that can be asked: each has its bound, and says where it was cut."""

import random
import time
from itertools import islice

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contributions.forms import LONG
from studies import diff, pem
from studies.exporting import FORMATS, origin_now, stream
from studies.search import query
from studies.search.facets import FACETS
from studies.sources.entries import Entry, read_json
from studies.text_counts import disagreements
from studies.wording import sentences
from studies.wording.subject import Passage
from tests.studies.factories import CODED, TEXTS, published_study
from tests.studies.pages import change, queries

WORDS = "+".join(f'"me+cfs+{number}"+-pem{number}+fatigue{number}' for number in range(60))
FILTERS = "&".join(f"{facet}=x{number}" for facet in FACETS for number in range(150))
DEAREST = f"q={WORDS}&{FILTERS}&year_from=1000&year_to=9999&sort=relevance"
MOST_QUERIES = 40
SECONDS = 10  # of the processor: far more than any of these takes, far less than what grows with the square


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/evidence/", "/evidence.csv", "/feeds/"])
def test_dearest_list_is_answered_with_its_bounds_said(path):
    published_study(**TEXTS, **CODED)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = Client().get(f"{path}?{DEAREST}&page=999999999")
        content = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
    assert (answer.status_code, len(asked) <= MOST_QUERIES) == (200, True)
    if path == "/evidence/":
        assert f"Only its first {query.LONGEST} characters were used." in content


def test_words_of_a_search_are_bounded():
    found = query.parse(" ".join(f"w{number}" for number in range(100)))
    assert len(found.required) == query.MOST_PARTS
    assert len(query.parse("a" * 100_000).required[0].typed) <= query.LONGEST


def test_sentence_without_an_end_is_read_in_pieces():
    text = "patients with ME/CFS have lower " * 700
    found = list(sentences.split(Passage("summary", None, text)))
    assert max(len(one.text) for one in found) <= sentences.LONGEST
    assert "".join(one.raw for one in found) == text
    assert [text[one.start : one.start + len(one.raw)] for one in found] == [one.raw for one in found]


def test_pieces_lose_nothing_where_no_space_is():
    text = "x" * 2_500
    assert list(sentences.pieces(text)) == [(0, 1_000), (1_000, 2_000), (2_000, 2_500)]
    assert list(sentences.pieces("")) == []


def test_number_in_a_late_piece_is_still_seen():
    values = {"summary": "word " * 400 + "We tested 900 patients.", "patients": 50}
    assert disagreements(values) == ["A text gives 900 patients, but the record says 50."]


def spent(act) -> float:
    begin = time.process_time()
    act()
    return time.process_time() - begin


# The difference of two texts. A stranger writes one of them: what the atlas should say instead, at most LONG characters.


def shapes() -> dict[str, tuple[str, str]]:
    chance = random.Random(7)  # noqa: S311 - no secret
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [one + other for one in letters for other in letters]
    mixed = [" ".join(chance.choices(words[:count], k=LONG // 3)) for count in (2, 30, 99, 101, 199, 200, 676)]
    half = LONG // 2
    return {
        **{f"mixed words {number}": (one, " ".join(reversed(one.split()))) for number, one in enumerate(mixed)},
        "one word": ("a " * half, "a " * (half - 1) + "b"),
        "shifted": (" ".join(words * 9), " ".join((words[1:] + words[:1]) * 9)),
        "every other word": (" ".join(words * 9), " ".join(f"{word} x" for word in words * 6)),
        "without spaces": ("a" * LONG, "a" * (LONG - 1) + "b"),
        "spaces": (" " * LONG, " " * (LONG - 1) + "b"),
    }


SHAPES = shapes()


@pytest.mark.parametrize("shape", SHAPES)
def test_difference_of_long_texts_is_found_soon_and_makes_up_both(shape):
    old, new = (text[:LONG] for text in SHAPES[shape])
    found: list[diff.Piece] = []
    assert spent(lambda: found.extend(diff.words(old, new))) < SECONDS
    assert "".join(piece.text for piece in found if piece.kind != "added") == old
    assert "".join(piece.text for piece in found if piece.kind != "removed") == new


def test_ordinary_edit_of_a_long_text_is_compared_to_its_end(monkeypatch):
    """The bound is for texts that were made to reach it: without it this difference is the same."""
    chance = random.Random(7)  # noqa: S311 - no secret
    old = [f"word{min(int(chance.paretovariate(0.5)), 20_000)}" for _ in range(2_500)]
    new = [word if chance.random() > 0.1 else "another" for word in old]
    found = diff.words(" ".join(old), " ".join(new))
    monkeypatch.setattr(diff, "MOST_LOOKS", 10**12)
    assert found == diff.words(" ".join(old), " ".join(new))
    assert sum(len(piece.text.split()) for piece in found if piece.kind == "same") > 2_000


@pytest.mark.django_db
def test_long_history_costs_what_a_short_one_does():
    """A page of versions, one version and two compared take the same queries after forty versions with long texts."""
    study = published_study(**TEXTS, **CODED)
    change(study, patients=11)
    pages = [f"/evidence/{study.slug}/{page}" for page in ("history/", "v/2/", "diff/1/2/", "timemap/")]
    short = [queries(Client(), page) for page in pages]
    for number in range(40):
        change(study, patients=20 + number, summary=f"{number} words of a text. " * (LONG // 20))
    newest = [page.replace("v/2", "v/42").replace("diff/1/2", "diff/1/42") for page in pages]
    asked: list[int] = []
    assert spent(lambda: asked.extend(queries(Client(), page) for page in newest)) < 2 * SECONDS
    assert all(many <= few + 2 for many, few in zip(asked, short, strict=True)), (short, asked)
    assert len(Client().get(pages[0]).context["revisions"]) == 20


def test_badge_of_as_many_definitions_as_a_form_can_send_is_found_soon():
    """Each row has seven fields at least, and a cohort of its own."""
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS // 7
    rows = [pem.Row(f"d{number}", "required", "inclusion", f"cohort {number}") for number in range(most)]
    found: list[pem.Badge] = []
    assert spent(lambda: found.append(pem.derive(design="cohort", rows=rows))) < SECONDS
    assert (found[0].value, len(found[0].cohorts)) == ("required", most)


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", ["json", "csv", "ris"])
def test_export_of_everything_is_made_while_it_is_read(suffix, monkeypatch):
    """Nobody makes the atlas write more than the next piece by asking for all of it."""
    ids = [published_study(**TEXTS, **CODED).pk for _ in range(5)]
    monkeypatch.setattr("studies.exporting.PIECE", 1)
    file = stream(ids, FORMATS[suffix], origin_now())
    list(islice(file, 2))  # its beginning and the first study
    with CaptureQueriesContext(connection) as first:
        next(file)
    with CaptureQueriesContext(connection) as others:
        list(file)
    assert 0 < len(first) <= 10
    assert len(others) == 3 * len(first)


def test_json_of_any_shape_is_looked_through_without_climbing_down():
    """As deep as the reader of JSON goes: a path is followed by its names, and nothing recurses."""
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    entry = read_json(deep)
    assert spent(lambda: [entry.entry(*["a"] * depth) for depth in range(900)]) < SECONDS
    assert entry.entry(*["a"] * 899) == Entry({"a": 1})
    assert entry.entries(*["a"] * 900) == []
