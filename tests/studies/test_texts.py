"""Studies as plain text and as Markdown: the same layers in the same order, whatever stands in them, and nothing private."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from studies.formats import commonmark, plain
from studies.formats.blocks import Heading, Items, Link, Named, Paragraph, Quote
from studies.formats.notes import one_line
from studies.models import AuthorResponse, Flag, SlugRedirect, Study, StudyLink
from tests.studies.factories import TEXTS, published_study
from tests.studies.pages import queries, text_of

LISTS = {"findings": ["One of ten markers differed."], "strengths": ["The laboratory was blinded."]}
QUOTED = [{"definition": "ccc-2003", "quote": "All patients met the CCC.", "locator": "methods"}]
QUOTED[0] |= {"basis": "full_text", "cohort": "ME/CFS"}
QUOTED += [{"definition": "self-report", "cohort": "Long COVID", "modification": "by post"}]
LAYERS = ["At a glance: ", "The short version: ", "Deeper: ", "Read and cite the paper", "This entry of the atlas"]
SUFFIXES = ["txt", "md"]
BLOCKS = [
    Heading(1, "A title\nin two lines"),
    Heading(2, "A part"),
    Heading(3, "Its part"),
    Paragraph("word " * 30),
    Named("Who", "Cohort study."),
    Named("How sure", "Preliminary."),
    Items(("One thing", "another " * 12)),
    Quote("All met it.", "Quoted from the paper."),
    Link("The paper", "https://doi.org/10.1000/a(b)"),
]
PLAIN = """\
A title in two lines
====================

A part
------

Its part

word word word word word word word word word word word word word word
word word word word word word word word word word word word word word
word word

Who: Cohort study.
How sure: Preliminary.

- One thing
- another another another another another another another another
  another another another another

  “All met it.”
  Quoted from the paper.

The paper: https://doi.org/10.1000/a(b)
"""
MARKDOWN = """\
# A title in two lines

## A part

### Its part

{words}

**Who:** Cohort study.

**How sure:** Preliminary.

- One thing
- {others}

> All met it.
>
> Quoted from the paper.

[The paper](<https://doi.org/10.1000/a%28b%29>)
"""


def test_blocks_as_plain_text():
    assert plain.render(BLOCKS) == PLAIN


def test_blocks_as_markdown():
    told = MARKDOWN.format(words=" ".join(["word"] * 30), others=" ".join(["another"] * 12))
    assert commonmark.render(BLOCKS) == told


def test_long_heading_is_wrapped_and_underlined_as_far_as_it_goes():
    lines = plain.render([Heading(1, "nine long " * 12)]).splitlines()
    assert [len(line) for line in lines] == [69, 49, 69]
    assert set(lines[2]) == {"="}


@given(st.text(max_size=300))
def test_plain_text_keeps_every_word_and_its_width(text):
    blocks = [Paragraph(text), Items((text,)), Quote(text, text), Named("Who", text)]
    told = plain.render(blocks)
    lines = told.split("\n")
    assert [line for line in lines if len(line) > plain.WIDTH and len(line.split()) > 2] == []
    assert plain.render([Paragraph(text)]).split() == one_line(text).split()


MARKS = st.text(alphabet="\\`*_[]<>&#~|$!-+=.)(1 a\n:/'\"", max_size=60)


@given(st.one_of(st.text(max_size=200), MARKS))
def test_markdown_shows_every_text_as_it_stands(text):
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    shown = f"x{one_line(text)}x" if not one_line(text).strip() else one_line(text)
    for block, tag in [(Paragraph(shown), "p"), (Items((shown,)), "li"), (Heading(2, shown), "h2")]:
        made = reader.render(commonmark.render([block]))
        (inner,) = re.findall(rf"<{tag}>(.*?)</{tag}>", made, flags=re.DOTALL)
        assert html.unescape(inner).split() == html.unescape(html.escape(shown)).split()


def test_address_in_markdown_cannot_end_its_link():
    hostile = "https://example.org/a) [b](https://evil.example/> c"
    made = MarkdownIt("commonmark").render(commonmark.render([Link("The notice", hostile)]))
    assert re.findall(r'<a href="([^"]*)"', made) == [
        "https://example.org/a%29%20%5Bb%5D%28https://evil.example/%3E%20c"
    ]


@pytest.fixture
def whole() -> Study:
    return published_study(
        **TEXTS,
        **LISTS,
        title="Blood markers in *ME/CFS*",
        design="cohort",
        definitions=QUOTED,
        authors=["Berg, Ann", "Cole, Bo"],
        journal="Journal of Tests",
        topics=["long-covid"],
        patients=1200,
        evidence_level="E3",
        peer_review="peer_reviewed",
        method_flags=["small_sample"],
        doi="10.1000/abc",
        pmid="123",
    )


def words(client, study: Study, suffix: str = "txt") -> str:
    response = client.get(f"/evidence/{study.slug}.{suffix}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("suffix", "media_type", "start"),
    [
        ("txt", "text/plain; charset=utf-8", "Blood markers in *ME/CFS*\n=========================\n\n"),
        ("md", "text/markdown; charset=utf-8", "# Blood markers in \\*ME/CFS\\*\n\n"),
    ],
)
def test_text_is_a_file_of_its_kind(client, whole, suffix, media_type, start):
    response = client.get(f"/evidence/{whole.slug}.{suffix}")
    assert response["Content-Type"] == media_type
    assert response.content.decode().startswith(start)
    assert response.content.endswith(b"It is no medical advice.\n")


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_layers_come_in_order(client, whole, suffix):
    text = words(client, whole, suffix)
    assert [text.count(layer) for layer in LAYERS] == [1] * len(LAYERS)
    assert [text.index(layer) for layer in LAYERS] == sorted(text.index(layer) for layer in LAYERS)
    assert text.count("You can stop here.") == 2


@pytest.mark.django_db
def test_every_text_of_the_record_is_told_with_its_standing(client, whole):
    text = words(client, whole)
    values = [value for name, value in TEXTS.items() if name != "basis"]
    values += [item for items in LISTS.values() for item in items]
    told = [
        "Badge: PEM unclear Badge, ",
        "Badge, ME/CFS: PEM required",
        "Who: Cohort study, 1,200 patients.",
        "How sure: Preliminary. Peer reviewed.",
        f"What they found: {TEXTS['key_point']} What it does not show: {TEXTS['main_limitation']}",
        "Keep in mind: few participants.",
        "“All patients met the CCC.” Quoted from the paper, methods.",
        "That does not tell if PEM was needed. As used here: by post.",
        "Topics: Long COVID",
        "Berg A, Cole B. Blood markers in *ME/CFS*. Journal of Tests. 2024 May 6. doi: 10.1000/abc. PMID: 123.",
        "The paper at its journal: https://doi.org/10.1000/abc",
        f"Version 1, changed on {whole.changed_at.day} ",
        "Drafted by a person from the abstract of the paper.",
        "Licence: the texts of the atlas are CC BY 4.0",
    ]
    assert [part for part in values + told if part not in text] == []


@pytest.mark.django_db
def test_text_says_of_badge_and_paper_what_the_page_says(client):
    rows = [{"definition": "fukuda-1994"}, {"definition": "ccc-2003", "role": "subgroup"}]
    measured = ["two_day_cpet", "interview"]
    study = published_study(
        **TEXTS, design="cohort", definitions=rows, preprint_doi="10.1101/early", pem_measured_by=measured
    )
    text, page = words(client, study), text_of(client.get(study.get_absolute_url()))
    told = [
        "The paper also reports on a subgroup that had to have PEM.",
        "PEM was measured by: two-day exercise test, interview. That does not decide the badge.",
        "The preprint of the paper",
    ]
    assert [(text.count(part), page.count(part)) for part in told] == [(1, 1)] * 3
    assert "The preprint of the paper: https://doi.org/10.1101/early" in text
    assert "No link to the paper is recorded." not in page


@pytest.mark.django_db
@pytest.mark.parametrize(("suffix", "mark"), [("txt", ""), ("md", "# ")])
def test_retraction_comes_first(client, whole, suffix, mark):
    Flag.objects.create(study=whole, kind="safety", reason="It praises exercise.", link="https://example.org/why")
    Study.objects.filter(pk=whole.pk).update(retraction_status="retracted", retraction_notice_doi="10.1000/n")
    text = words(client, whole, suffix)
    assert text.startswith(f"{mark}RETRACTED: Blood markers in ")
    order = ["RETRACTED: this paper has been taken back. Do not rely on its findings.", "https://doi.org/10.1000/n"]
    order += ["Safety notice. It praises exercise.", "At a glance"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


@pytest.mark.django_db
def test_study_without_texts_says_so(client):
    text = words(client, published_study(title="Only listed", basis=""))
    assert "No summary yet. Nobody has read this paper for the atlas" in text
    assert "Badge: PEM not yet assessed" in text
    assert ("What they found" in text, "The short version" in text) == (False, False)


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_abstract_is_told_only_under_an_open_licence(client, suffix):
    study = published_study(abstract="Words of the authors.")
    assert "Words of the authors." in words(client, study, suffix)
    assert "licence CC-BY." in words(client, study, suffix)
    study.abstract.license = ""
    study.abstract.save()
    assert "Words of the authors" not in words(client, study, suffix)


@pytest.mark.django_db
def test_links_and_answers_carry_their_standing(client, whole):
    other = published_study(title="The other study", retraction_status="retracted")
    StudyLink.objects.create(source=whole, target=other, type="fails_to_replicate")
    AuthorResponse.objects.create(study=whole, position=1, text="We agree.", verified_author=True, revision_number=1)
    AuthorResponse.objects.create(study=whole, position=2, text="We differ.", revision_number=1)
    text = words(client, whole)
    assert (
        "- Fails to replicate: The other study. PEM not yet assessed. RETRACTED: this paper has been taken back."
        in text
    )
    assert "Response of the paper’s authors “We agree.” Verified author, published in version 1. “We differ.”" in text


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_text_of_a_moved_withdrawn_or_hidden_study(client, whole, suffix):
    SlugRedirect.objects.create(slug="berg-2023-old-name", study=whole)
    moved = client.get(f"/evidence/berg-2023-old-name.{suffix}")
    assert (moved.status_code, moved["Location"]) == (301, f"/evidence/{whole.slug}.{suffix}")
    Study.objects.filter(pk=whole.pk).update(state="withdrawn")
    gone = client.get(f"/evidence/{whole.slug}.{suffix}")
    assert (gone.status_code, gone.content) == (410, b"The atlas has withdrawn this study.\n")
    Study.objects.filter(pk=whole.pk).update(state="draft", version=0)
    assert client.get(f"/evidence/{whole.slug}.{suffix}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_text_asks_the_database_no_more_than_the_page_and_for_its_tag(client, whole, suffix):
    assert queries(client, f"/evidence/{whole.slug}.{suffix}") <= queries(client, whole.get_absolute_url()) + 1


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_page_leads_to_its_texts(client, whole, suffix):
    assert f'href="/evidence/{whole.slug}.{suffix}"' in client.get(whole.get_absolute_url()).content.decode()
