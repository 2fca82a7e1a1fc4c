"""The page of one study: what it says, in which order, in every state of the record."""

import re
from datetime import UTC, date, datetime

import pytest
from django.utils.html import escape

from studies.models import AuthorResponse, Flag, SlugRedirect, Study, StudyLink, TextProvenance
from studies.related import at_least
from tests.studies.factories import CODED, TEXTS, make_study, published_study
from tests.studies.pages import queries, text_of

pytestmark = pytest.mark.django_db

LISTS = {
    "findings": ["The groups differed in one of ten markers."],
    "conclusions": ["The authors call for a larger study."],
    "open_questions": ["Would it hold up elsewhere?"],
    "strengths": ["The laboratory did not know who was ill."],
}
QUOTED = [{"definition": "ccc-2003", "quote": "All patients met the CCC.", "locator": "methods", "basis": "full_text"}]
NOTICE = "The notice is from 2 March 2025."
ANSWERS = ["Who", "How sure", "They asked:", "What they found", "What it does not show"]


@pytest.fixture
def whole() -> Study:
    return published_study(
        **TEXTS,
        **LISTS,
        **CODED,
        title="Blood markers in ME/CFS",
        authors=["Berg, Ann", "Cole, Bo", "Dahl, Cy"],
        journal="Journal of Tests",
        topics=["long-covid"],
        patients=1200,
        controls=1,
        population_label="ME/CFS, Fukuda",
        evidence_level="E3",
        peer_review="peer_reviewed",
        method_flags=["small_sample"],
        doi="10.1000/abc",
    )


def page_of(client, study: Study) -> str:
    response = client.get(f"/evidence/{study.slug}/")
    assert response.status_code == 200
    return text_of(response)


def set_columns(study: Study, **columns: object) -> None:
    Study.objects.filter(pk=study.pk).update(**columns)


def headings(client, study: Study) -> list[str]:
    html = client.get(f"/evidence/{study.slug}/").content.decode()
    return [re.sub("<[^>]+>", "", found) for found in re.findall(r"<h[12][^>]*>(.*?)</h[12]>", html)]


def test_page_holds_its_parts_in_reading_order(client, whole):
    other = published_study(title="Another study")
    StudyLink.objects.create(source=whole, target=other, type="replicates")
    assert headings(client, whole) == [
        "Blood markers in ME/CFS",
        "What they found",
        "What it does not show",
        "In plain language",
        "Why it matters",
        "What it does not prove",
        "Findings",
        "Conclusions drawn by the authors",
        "Open questions",
        "Strengths",
        "Was PEM required?",
        "Links to other studies",
        "Topics",
        "Read and cite the paper",
        "Version and history",
    ]


def test_glance_answers_before_the_long_text(client, whole):
    text = page_of(client, whole)
    places = [text.index(answer) for answer in [*ANSWERS, "In plain language"]]
    assert places == sorted(places)


def test_glance_says_who_and_how_sure(client, whole):
    text = page_of(client, whole)
    assert "Berg and 2 others , Journal of Tests , 2024" in text
    assert "Who Case-control study, 1,200 patients and 1 control: “ME/CFS, Fukuda”." in text
    assert "PEM not required At a glance: " in text
    assert "How sure Preliminary. Peer reviewed." in text
    assert "Evidence level: preliminary. That means: an early finding; it may not hold up." in text
    assert "PEM not required : a patient could enter without post-exertional malaise" in text


def test_every_text_of_the_record_is_on_the_page(client, whole):
    text = page_of(client, whole)
    told = [value for name, value in TEXTS.items() if name != "basis"] + [
        item for items in LISTS.values() for item in items
    ]
    assert [value for value in told if value not in text] == []
    assert "Keep in mind: few participants." in text


def test_badge_leads_to_its_proof(client):
    study = published_study(**TEXTS, design="case_control", definitions=QUOTED)
    html = client.get(f"/evidence/{study.slug}/").content.decode()
    assert 'class="pem pem-required" href="#pem"' in html
    assert html.count('<section id="pem"') == 1
    text = page_of(client, study)
    assert "Patients had to meet one definition, and it requires PEM." in text
    assert (
        "every patient had to meet it. It requires PEM. All patients met the CCC. Quoted from the paper, methods."
        in text
    )
    assert "Coded by one person and checked by another." in text


def test_badges_of_cohorts_stand_under_the_badge_of_the_study(client):
    rows = [
        {"definition": "ccc-2003", "cohort": "ME/CFS"},
        {"definition": "self-report", "cohort": "Long COVID"},
    ]
    study = published_study(**TEXTS, design="case_control", definitions=rows)
    text = page_of(client, study)
    assert "Long COVID: PEM unclear ME/CFS: PEM required Who" in text
    assert "Patient group: ME/CFS PEM required" in text
    assert "how every patient was found. That does not tell if PEM was needed." in text


def test_own_statement_of_the_paper_is_quoted(client):
    study = published_study(
        **TEXTS, design="cohort", pem_claim="compulsory", pem_quote="PEM was mandatory.", pem_locator="methods"
    )
    text = page_of(client, study)
    assert "What the paper says about PEM PEM was mandatory. Quoted from the paper, methods." in text
    assert "The paper says that every patient had to have PEM." in text


def test_study_without_participants_has_no_badge_to_prove(client):
    study = published_study(**TEXTS, design="commentary")
    text = page_of(client, study)
    assert "No participants, so no PEM badge" in text
    assert "This kind of paper takes in no patients, so it has no PEM badge." in text


def test_study_without_texts_says_so_honestly(client):
    study = published_study(title="Only listed", authors=["Berg, Ann"])
    text = page_of(client, study)
    assert "No summary yet Nobody has read this paper for the atlas yet." in text
    assert "We have no abstract of this paper." in text
    assert "PEM not yet assessed : nobody has looked at this yet" in text
    assert headings(client, study) == [
        "Only listed",
        "No summary yet",
        "Was PEM required?",
        "Read and cite the paper",
        "Version and history",
    ]


def test_abstract_is_shown_only_under_an_open_licence(client):
    study = published_study(abstract="Words of the authors.")
    assert "Words of the authors. Words of the paper’s authors, licence CC-BY." in page_of(client, study)
    study.abstract.license = ""
    study.abstract.save()
    text = page_of(client, study)
    assert "Words of the authors" not in text
    assert "Its licence does not let us show it here." in text


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("corrected", f"This paper has been corrected. {NOTICE}"),
        (
            "expression_of_concern",
            f"The journal has voiced concern about this paper. Its findings may not be sound. {NOTICE}",
        ),
        (
            "retracted",
            f"RETRACTED: this paper has been taken back. Do not rely on its findings. {NOTICE}",
        ),
        (
            "withdrawn",
            f"WITHDRAWN: the journal has taken this paper back. Do not rely on its findings. {NOTICE}",
        ),
    ],
)
def test_notice_of_the_journal_stands_above_the_title(client, whole, status, sentence):
    set_columns(whole, retraction_status=status, retraction_on=date(2025, 3, 2), retraction_notice_doi="10.1000/n(1)")
    text = page_of(client, whole)
    assert text.index(sentence) < text.index("Berg and 2 others")
    html = client.get(f"/evidence/{whole.slug}/").content.decode()
    assert 'href="https://doi.org/10.1000/n%281%29"' in html


def test_flags_stand_in_words_safety_first(client, whole):
    for kind in ("contested", "safety", "superseded"):
        Flag.objects.create(study=whole, kind=kind, reason=f"Reason {kind}.", link="https://example.org/why")
    set_columns(whole, retraction_status="retracted")
    notices = [
        "Safety notice",
        "This study is contested",
        "RETRACTED: this paper has been taken back.",
        "A newer study replaces this one",
    ]
    assert headings(client, whole)[:5] == [*notices, "Blood markers in ME/CFS"]
    text = page_of(client, whole)
    assert "Safety notice Reason safety. Read the source of this notice" in text
    assert "The date of the notice is not recorded." in text


def test_retracted_paper_is_marked_in_title_citations_and_downloads(client, whole):
    set_columns(whole, retraction_status="retracted")
    html = client.get(f"/evidence/{whole.slug}/").content.decode()
    assert "<title>RETRACTED: Blood markers in ME/CFS – ME/CFS Study Atlas</title>" in html
    text = page_of(client, whole)
    assert "Vancouver style RETRACTED: Berg A, Cole B, Dahl C. Blood markers" in text
    assert "APA style RETRACTED: Berg, A., Cole, B., &amp; Dahl, C." in text
    assert "Entry about: RETRACTED: Blood markers" in text
    assert "rft.atitle=RETRACTED:%20Blood" in html
    for suffix in ("bib", "ris"):
        assert b"RETRACTED: Blood markers" in client.get(f"/evidence/{whole.slug}.{suffix}").content


def test_paper_is_cited_before_the_atlas_entry(client, whole):
    text = page_of(client, whole)
    assert "Vancouver style Berg A, Cole B, Dahl C. Blood markers in ME/CFS. Journal of Tests. 2024 May 6" in text
    places = [text.index(name) for name in ("Vancouver style", "APA style", "This atlas entry")]
    assert places == sorted(places)
    assert f"Version 1, {whole.changed_at.day} " in text


@pytest.mark.parametrize(
    ("suffix", "media_type", "start"),
    [
        ("bib", "application/x-bibtex; charset=utf-8", b"% ME/CFS Study Atlas, state "),
        ("ris", "application/x-research-info-systems; charset=utf-8", b"TY  - JOUR\r\n"),
    ],
)
def test_download_is_a_file_of_its_kind(client, whole, suffix, media_type, start):
    response = client.get(f"/evidence/{whole.slug}.{suffix}")
    assert response["Content-Type"] == media_type
    assert response["Content-Disposition"] == f'attachment; filename="{whole.slug}.{suffix}"'
    assert response.content[: len(start)] == start


def test_download_of_an_unknown_format_or_study_is_not_found(client, whole):
    assert client.get(f"/evidence/{whole.slug}.exe").status_code == 404
    assert client.get("/evidence/nobody-2020-nothing.ris").status_code == 404


def test_incomplete_author_list_is_said_wherever_authors_stand(client):
    study = published_study(authors=["Berg, Ann"], authors_complete=False)
    text = page_of(client, study)
    assert "Berg and others (author list incomplete)" in text
    assert "Berg A, et al [author list incomplete]." in text
    assert "The author list we have is incomplete." in text
    assert b"uthor list incomplete" in client.get(f"/evidence/{study.slug}.ris").content
    assert b"uthor list incomplete" in client.get(f"/evidence/{study.slug}.bib").content


@pytest.mark.parametrize(("end", "label"), [("source", "Fails to replicate"), ("target", "Not replicated by")])
def test_link_reads_right_from_both_ends(client, whole, end, label):
    other = published_study(title="The other study", retraction_status="retracted", published_on=date(2020, 1, 1))
    ends = {"source": whole, "target": other} if end == "source" else {"source": other, "target": whole}
    StudyLink.objects.create(**ends, type="fails_to_replicate")
    assert (
        f"Links to other studies {label}: The other study (2020). PEM not yet assessed. "
        "RETRACTED: this paper has been taken back."
    ) in page_of(client, whole)


@pytest.mark.parametrize("link", ["replicates", "shares_participants_with"])
def test_linked_study_stands_once(client, whole, link):
    """What is linked is not offered again as related, unless the reader would miss that its people are the same."""
    other = published_study(title="The other study", topics=["long-covid"])
    StudyLink.objects.create(source=whole, target=other, type=link)
    assert page_of(client, whole).count("The other study") == (1 if link == "replicates" else 2)


def test_title_in_another_language_says_so_wherever_it_stands(client, whole):
    title = "Étude du syndrome"
    other = published_study(title=title, language="fr", topics=["long-covid"], retraction_status="corrected")
    StudyLink.objects.create(source=whole, target=other, type="comments_on")
    near = published_study(topics=["long-covid"])
    near = near.get_absolute_url()
    own = [f"/evidence/{other.slug}/{path}" for path in ("", "history/", "v/1/", "diff/1/1/")]
    lists = ["/", "/evidence/", "/topics/long-covid/", "/retractions/", "/changes/?kind=all"]
    for page in [*own, *lists, near, f"/evidence/{whole.slug}/"]:
        assert f' lang="fr">{title}<' in client.get(page).content.decode(), page
    set_columns(other, state="withdrawn")
    assert f' lang="fr">{title}<' in client.get(f"/evidence/{other.slug}/").content.decode()


def test_link_to_a_draft_is_not_shown(client, whole):
    StudyLink.objects.create(source=whole, target=make_study(title="Secret draft"), type="corrects")
    assert "Secret draft" not in page_of(client, whole)


def test_sample_texts_say_that_nobody_reviewed_them(client, whole):
    set_columns(whole, is_sample=True)
    whole.text_provenance.all().delete()
    TextProvenance.objects.create(
        study=whole,
        field="summary",
        basis="full_text",
        drafter="sample",
        approver_role="sample_import",
        approved_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    text = page_of(client, whole)
    assert "The texts on this page are samples, written for demonstration. No clinician has reviewed them." in text
    assert "Sample coding, not reviewed." in text
    assert (
        "Sample text, written from the full text of the paper for demonstration. No clinician has reviewed it. "
        "Loaded with the sample atlas, not reviewed."
    ) in text


def test_english_sentences_of_a_page_in_another_language_have_english_dates(client, whole):
    whole.text_provenance.update(approved_at=datetime(2026, 5, 3, tzinfo=UTC))
    Study.objects.filter(pk=whole.pk).update(bibliography_source="PubMed", bibliography_checked_on=date(2026, 3, 4))
    client.cookies["look"] = "language-de"
    html = client.get(f"/evidence/{whole.slug}/").content.decode()
    assert "Approved by a person in the role of editor on 3 May 2026.</p>" in html
    marked = '<div lang="en" dir="ltr"><p class="quiet">Bibliography from PubMed, checked on 4 March 2026.</p></div>'
    assert marked in html


def test_disclosure_names_machine_and_role_of_the_approver(client, whole):
    whole.text_provenance.filter(field="summary").update(
        drafter="machine",
        model="Writer",
        model_version="2",
        approver_role="lead",
        approved_at=datetime(2026, 3, 4, tzinfo=UTC),
    )
    text = page_of(client, whole)
    assert (
        "In plain language: Drafted by a machine (Writer, version 2) from the abstract of the paper. "
        "Approved by a person in the role of lead on 4 March 2026."
    ) in text
    assert "Drafted by a person from the abstract of the paper. Approved by a person in the role of editor on" in text


def test_response_of_authors_tells_whether_they_are_verified(client, whole):
    AuthorResponse.objects.create(study=whole, position=1, text="We agree.", verified_author=True, revision_number=1)
    AuthorResponse.objects.create(study=whole, position=2, text="We differ.", revision_number=1)
    text = page_of(client, whole)
    assert "We agree. Verified author, published in version 1." in text
    assert "We differ. Who wrote this is not verified, published in version 1." in text


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '" onload="x', "{{ settings.SECRET_KEY }}"])
def test_hostile_text_is_shown_as_text(client, hostile):
    texts = {name: hostile for name in TEXTS if name != "basis"}
    study = published_study(
        **texts,
        **CODED,
        basis="abstract",
        title=hostile,
        journal=hostile,
        population_label=hostile,
        authors=[{"collective": hostile}],
    )
    html = client.get(f"/evidence/{study.slug}/").content.decode()
    assert html.count(escape(hostile)) > 8
    scripts = re.findall("<script[^>]*>", html)
    assert [each for each in scripts if not each.startswith('<script defer src="/static/js/')] == [
        '<script type="application/ld+json">'  # data, which no browser runs
    ]
    assert 'onload="x"' not in html


def test_title_in_another_language_is_marked_for_speech(client):
    study = published_study(title="Étude du syndrome", language="fr")
    html = client.get(f"/evidence/{study.slug}/").content.decode()
    assert '<h1 lang="fr">Étude du syndrome</h1>' in html


def test_page_names_itself_as_its_address_and_not_the_paper(client, whole, settings):
    html = client.get(f"/evidence/{whole.slug}/?utm=1").content.decode()
    assert f'<link rel="canonical" href="{settings.ATLAS_URL}/evidence/{whole.slug}/">' in html
    assert re.findall(r'(?:name="citation_[^"]*"|class="[^"]*byline[^"]*")', html) == []
    assert html.count('class="Z3988"') == 1


def test_description_carries_badge_and_limit(client, whole):
    html = client.get(f"/evidence/{whole.slug}/").content.decode()
    described = re.search(r'<meta name="description" content="([^"]*)"', html)[1]
    assert described == f"{TEXTS['key_point']} PEM not required. Main limit: {TEXTS['main_limitation']}"


def test_withdrawn_study_answers_with_its_reason(client, whole):
    set_columns(whole, state="withdrawn", withdrawal_reason="It is not about ME/CFS.")
    response = client.get(f"/evidence/{whole.slug}/")
    assert response.status_code == 410
    text = text_of(response)
    assert "Why it was withdrawn It is not about ME/CFS." in text
    assert TEXTS["summary"] not in text
    assert f"/evidence/{whole.slug}/history/".encode() in response.content
    assert client.get(f"/evidence/{whole.slug}.ris").status_code == 410


def test_merged_study_leads_to_the_one_that_stays(client, whole):
    kept = published_study()
    set_columns(whole, state="withdrawn", merged_into=kept)
    for suffix in ("/", ".ris"):
        response = client.get(f"/evidence/{whole.slug}{suffix}")
        assert (response.status_code, response["Location"]) == (301, f"/evidence/{kept.slug}{suffix}")


def test_former_address_leads_to_the_present_one(client, whole):
    SlugRedirect.objects.create(slug="berg-2023-old-name", study=whole)
    for suffix in ("/", ".bib"):
        response = client.get(f"/evidence/berg-2023-old-name{suffix}")
        assert (response.status_code, response["Location"]) == (301, f"/evidence/{whole.slug}{suffix}")


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_unpublished_study_does_not_exist_for_the_public(client, state):
    study = make_study(state=state)
    SlugRedirect.objects.create(slug="berg-2023-old-draft", study=study)
    assert client.get(f"/evidence/{study.slug}/").status_code == 404
    assert client.get("/evidence/berg-2023-old-draft/").status_code == 404


def test_unknown_study_offers_the_search(client):
    response = client.get("/evidence/nobody-2020-nothing/")
    assert response.status_code == 404
    text = text_of(response)
    assert "This page does not exist" in text
    assert "Search studies" in text


def test_page_refuses_to_be_posted_to(client, whole):
    assert client.post(f"/evidence/{whole.slug}/").status_code == 405


@pytest.mark.parametrize("number", [1, 30])
def test_page_takes_the_same_queries_for_any_number_of_neighbours(client, whole, number):
    for place in range(number):
        near = published_study(**CODED, topics=["long-covid"], title=f"Near {place}")
        StudyLink.objects.create(source=whole, target=near, type="replicates")
        published_study(**CODED, title=f"Near {place}, not linked")
        Flag.objects.get_or_create(study=whole, kind="safety", reason="Care.")
        AuthorResponse.objects.create(study=whole, position=place + 1, text="Yes.", revision_number=1)
    client.get(f"/evidence/{whole.slug}/")
    assert queries(client, f"/evidence/{whole.slug}/") == 10


def test_page_of_a_study_without_texts_takes_three_queries(client):
    study = published_study(authors=["Berg, Ann"])
    assert queries(client, f"/evidence/{study.slug}/") == 3


def test_related_studies_say_why_they_are_there(client, whole):
    same_people = published_study(title="The same people", published_on=date(2001, 1, 1))
    StudyLink.objects.create(source=whole, target=same_people, type="shares_participants_with")
    published_study(**CODED, title="Same definition")
    published_study(title="Same topic, older", topics=["long-covid"], published_on=date(2020, 1, 1))
    published_study(title="Same topic, newer", topics=["long-covid"], published_on=date(2021, 1, 1))
    published_study(**CODED, title="Both", topics=["long-covid"], published_on=date(1999, 1, 1))
    published_study(title="Nothing in common", topics=["genetics"])
    shown = client.get(f"/evidence/{whole.slug}/").context["page"].related
    definition, topic = "same case definition (CDC 1994 (Fukuda) CFS research definition)", "shared topics (Long COVID)"
    assert [(near.study.title, near.reason) for near in shown] == [
        ("The same people", "same participants"),
        ("Both", f"{definition}; {topic}"),
        ("Same topic, newer", topic),
        ("Same topic, older", topic),
        ("Same definition", definition),
    ]


def test_related_studies_are_six_at_most(client, whole):
    for _ in range(8):
        published_study(topics=["long-covid"])
    assert len(client.get(f"/evidence/{whole.slug}/").context["page"].related) == 6


def test_way_of_recruiting_alone_makes_no_study_related(client):
    rows = [{"definition": "self-report"}]
    study = published_study(**TEXTS, design="cohort", definitions=rows)
    published_study(design="cohort", definitions=rows)
    assert client.get(f"/evidence/{study.slug}/").context["page"].related == []


def test_studies_are_ranked_by_how_many_topics_they_share():
    bits = [0b0111, 0b0110, 0b1100]
    assert at_least(bits) == [0b1111, 0b0110, 0b0100]
