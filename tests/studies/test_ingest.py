from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.formats.readers.refusals import Refusal
from studies.holdings import Holdings
from studies.incoming import Coding, Definition, Incoming, Summary
from studies.ingest import ingest
from studies.models import PossibleDuplicate, SlugRedirect, Study, StudyLink
from studies.outcome import Difference
from studies.records import Collective, Person, Record, Relation
from tests.studies.factories import make_study, published_study

pytestmark = pytest.mark.django_db

RECORD = Record(title="Sleep in ME/CFS", authors=(Person("Li", "A"),), year=2020, language="en")
SUMMARY = Summary((("", "They slept badly."),), "CC-BY", "", "PubMed")
CODED = Coding({"design": "cohort", "basis": "abstract", "key_point": "It may."}, ("sleep",), ())


def paper(coding=None, **fields):
    return Incoming(replace(RECORD, **fields), "a file", coding=coding)


def bring(*papers, holdings=None):
    return ingest(papers, holdings=holdings or Holdings())


def test_ingest_creates_a_draft_with_authors_in_order():
    outcome = bring(paper(authors=(Person("Li", "A"), Collective("Sleep Group")), doi="10.1000/1", month=3))
    study = Study.objects.get(pk=outcome.created[0])
    assert (study.state, study.version, study.slug) == ("draft", 0, "li-2020-sleep-me-cfs")
    assert (study.published_on.isoformat(), study.published_precision) == ("2020-03-01", "month")
    assert (study.pem, study.design, study.is_sample) == ("not_coded", "not_classified", False)
    assert [str(author) for author in study.authors.all()] == ["Li, A", "Sleep Group"]


def test_ingest_knows_a_paper_by_its_identifiers():
    bring(paper(doi="10.1000/1", pmid="1"))
    for again in (paper(doi="10.1000/1", pmid="1"), paper(doi="10.1000/1", title="Other words")):
        (line,) = bring(again).lines
        assert (line.fate, line.study, line.slug) == ("duplicate", Study.objects.get().pk, "li-2020-sleep-me-cfs")


def test_ingest_knows_a_paper_without_identifiers_by_title_author_and_year():
    bring(paper())
    assert len(bring(paper(title="SLEEP in ME/CFS.")).duplicates) == 1
    assert len(bring(paper(year=2021)).created) == 1
    assert Study.objects.count() == 2


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_ingest_refuses_a_taken_identifier_whatever_the_state_of_its_study(state):
    version = 1 if state == "withdrawn" else 0
    study = make_study(doi="10.1000/1", pmid="1", title="First", slug="first", state=state, version=version)
    outcome = bring(paper(doi="10.1000/1", pmid="2"))
    (line,) = outcome.refused
    assert (line.number, line.title, line.slug, line.study) == (1, RECORD.title, "first", study.pk)
    assert line.reason == "Its DOI is that of “First”, which has another PubMed number."
    assert Study.objects.get().pmid == "1"


def test_ingest_refuses_a_record_that_mixes_up_two_studies_and_offers_these():
    one, other = make_study(doi="10.1000/1", title="One"), make_study(pmid="2", title="Two")
    outcome = bring(paper(doi="10.1000/1", pmid="2"))
    assert [line.reason for line in outcome.lines] == ["Its DOI is that of “One”. Its PubMed number is that of “Two”."]
    assert Study.objects.count() == 2
    pair = PossibleDuplicate.objects.get()
    assert (pair.one, pair.other, pair.reasons) == (one, other, ["One record has an identifier of each."])


def test_ingest_refuses_the_second_of_two_records_in_one_call():
    outcome = bring(paper(doi="10.1000/1", pmid="1"), paper(doi="10.1000/1", pmid="2"))
    assert [(line.number, line.fate) for line in outcome.lines] == [(1, "created"), (2, "refused")]


def test_ingest_sees_an_identifier_that_a_record_added_meanwhile():
    study = make_study(doi="10.1000/1")
    outcome = bring(
        paper(doi="10.1000/1", pmid="1", title=study.title), paper(doi="10.1000/1", pmid="2", title=study.title)
    )
    assert [line.fate for line in outcome.lines] == ["updated", "refused"]


def test_ingest_joins_records_of_one_call_before_it_writes():
    records = [
        paper(doi="10.1000/1", journal="J Sleep"),
        replace(paper(doi="10.1000/1", pmid="1", journal="Journal of Sleep", volume="3"), source="PubMed"),
        paper(pmid="1", volume="4", pmcid="PMC1"),
    ]
    outcome = bring(*records)
    assert [(line.number, line.fate, line.reason) for line in outcome.lines] == [
        (1, "created", ""),
        (2, "duplicate", "Record 1 is the same paper."),
        (3, "duplicate", "Record 1 is the same paper."),
    ]
    study = Study.objects.get()
    assert {line.study for line in outcome.lines} == {study.pk}
    assert (study.doi, study.pmid, study.pmcid, study.journal, study.volume, study.bibliography_source) == (
        "10.1000/1", "1", "PMC1", "Journal of Sleep", "3", "PubMed",
    )  # fmt: skip
    assert [line.fate for line in bring(*records).lines] == ["duplicate"] * 3


def test_ingest_creates_and_offers_a_possible_duplicate():
    outcome = bring(paper(doi="10.1000/1"), paper(doi="10.1000/2", year=2021))
    first, second = outcome.created
    (pair,) = outcome.possible
    assert (pair.number, pair.slug, pair.other_slug) == (2, "li-2021-sleep-me-cfs", "li-2020-sleep-me-cfs")
    assert pair.reasons == ("The titles are the same.", "The first author is the same.", "Different: DOI.")
    stored = PossibleDuplicate.objects.get()
    assert (stored.one_id, stored.other_id, stored.state, stored.score) == (first, second, "open", pair.score)
    assert stored.reasons == list(pair.reasons)


def test_ingest_does_not_offer_again_what_a_person_decided():
    bring(paper(doi="10.1000/1"), paper(doi="10.1000/2", year=2021))
    PossibleDuplicate.objects.update(state="different")
    bring(paper(doi="10.1000/1"), paper(doi="10.1000/2", year=2021))
    assert [pair.state for pair in PossibleDuplicate.objects.all()] == ["different"]


def test_ingest_fills_what_a_draft_lacks():
    study = make_study(
        title="Sleep in ME/CFS", doi="10.1000/1", journal="J Sleep", authors=["Li, A"], bibliography_source="Crossref"
    )
    found = paper(
        doi="10.1000/1", pmid="1", journal="Other", volume="3", authors=(Person("Li", "A"), Person("Bo", "C"))
    )
    (line,) = bring(replace(found, abstract=SUMMARY, license_url="https://example.org/licence")).lines
    assert (line.fate, line.study, line.changed) == ("updated", study.pk, ("volume", "pmid", "license_url", "abstract"))
    study.refresh_from_db()
    assert (study.journal, study.volume, study.pmid, study.bibliography_source) == ("J Sleep", "3", "1", "Crossref")
    assert study.abstract.text == "They slept badly."
    assert bring(replace(found, abstract=SUMMARY)).lines[0].fate == "duplicate"


def test_ingest_corrects_a_draft_from_a_better_source():
    study = make_study(
        title="Sleep in ME", doi="10.1000/1", journal="J Sleep", authors=["Li, A"], bibliography_source="Crossref"
    )
    found = paper(doi="10.1000/1", journal="Journal of Sleep", authors=(Person("Li", "Anna"), Collective("Group")))
    (line,) = bring(replace(found, source="PubMed")).lines
    assert line.changed == ("title", "authors", "journal", "year", "month", "day")
    study = Study.objects.get()
    assert (study.title, study.journal, study.bibliography_source) == ("Sleep in ME/CFS", "Journal of Sleep", "PubMed")
    assert (study.published_on.isoformat(), study.published_precision) == ("2020-01-01", "year")
    assert [str(author) for author in study.authors.all()] == ["Li, Anna", "Group"]


def test_ingest_never_fills_texts_and_coding_of_a_draft_that_is_begun():
    study = make_study(doi="10.1000/1", title=RECORD.title, question="Ours?")
    bring(paper(replace(CODED, fields=CODED.fields | {"question": "Theirs?"}), doi="10.1000/1", volume="3"))
    study.refresh_from_db()
    assert (study.question, study.key_point, study.design, study.volume) == ("Ours?", "", "not_classified", "3")


@pytest.mark.parametrize("state", ["in_review", "published"])
def test_ingest_writes_nothing_on_a_study_that_is_no_draft(state):
    if state == "published":
        study = published_study(doi="10.1000/1", title=RECORD.title, journal="J Sleep", authors=["Li, A"])
    else:
        study = make_study(doi="10.1000/1", title=RECORD.title, journal="J Sleep", authors=["Li, A"], state=state)
    before = Study.objects.filter(pk=study.pk).values().get()
    (line,) = bring(replace(paper(doi="10.1000/1", pmid="1", journal="Other", year=2024), source="PubMed")).lines
    assert (line.fate, line.study, line.changed) == ("duplicate", study.pk, ())
    assert line.differs == (Difference("journal", "J Sleep", "Other"), Difference("pmid", "", "1"))
    assert Study.objects.filter(pk=study.pk).values().get() == before
    assert not hasattr(Study.objects.get(pk=study.pk), "abstract")


def test_ingest_does_not_write_a_draft_from_a_record_with_another_title():
    make_study(doi="10.1000/1", title="First", authors=["Bo, C"])
    (line,) = bring(paper(doi="10.1000/1", pmid="1")).lines
    assert (line.fate, line.reason) == ("duplicate", "Its identifier leads to a study with another title.")
    assert Difference("title", "First", RECORD.title) in line.differs
    assert Study.objects.get().pmid is None


def test_ingest_makes_preprint_and_article_one_study_in_either_order():
    title = "Sleep in people with ME/CFS and long COVID"
    preprint = paper(title=title, doi="10.1101/2019.12.01.1", journal="medRxiv", year=2019)
    article = paper(title=title, doi="10.1000/1", pmid="1", journal="J Sleep")
    for first, second in ((preprint, article), (article, preprint)):
        bring(first)
        (line,) = bring(second).lines
        study = Study.objects.get()
        assert (line.fate, study.doi, study.preprint_doi, study.journal, study.year) == (
            "updated", "10.1000/1", "10.1101/2019.12.01.1", "J Sleep", 2020,
        )  # fmt: skip
        assert {bring(again).lines[0].fate for again in (preprint, article)} == {"duplicate"}
        study.delete()


def test_ingest_that_is_cautious_joins_by_identifiers_alone():
    preprint = paper(title="Sleep in people with ME/CFS", doi="10.1101/2019.12.01.1", year=2019)
    article = paper(title="Sleep in people with ME/CFS", doi="10.1000/1")
    outcome = ingest([preprint, article, article, paper(), paper()], holdings=Holdings(), cautious=True)
    assert [line.fate for line in outcome.lines] == ["created", "created", "duplicate", "created", "duplicate"]
    assert [pair.reasons for pair in outcome.possible] == [
        ("A preprint and its article: same title and first author.",)
    ]


def test_ingest_offers_two_studies_that_an_article_names_as_preprint_and_itself():
    preprint, article = (
        make_study(doi="10.1101/2019.12.01.1"),
        make_study(doi="10.1000/1", title=RECORD.title, authors=["Li, A"]),
    )
    (line,) = bring(paper(doi="10.1000/1", preprint_doi="10.1101/2019.12.01.1")).lines
    assert (line.fate, line.study) == ("updated", article.pk)
    pair = PossibleDuplicate.objects.get()
    assert (pair.one, pair.other) == (preprint, article)


def test_ingest_keeps_the_retraction_that_a_source_states():
    bring(
        paper(
            doi="10.1000/1",
            retraction_status="retracted",
            retraction_notice_doi="10.1000/9",
            retraction_on=date(2024, 1, 2),
        )
    )
    study = Study.objects.get()
    assert (study.retraction_status, study.retraction_notice_doi, study.retraction_on) == (
        "retracted", "10.1000/9", date(2024, 1, 2),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": " "}, "It has no title."),
        ({"volume": "1" * 51}, "Its volume is longer than 50 characters."),
        ({"month": 2, "day": 30}, "Its date does not exist."),
        ({"journal": "J\0S"}, "It holds a sign that cannot be stored."),
        ({"doi": "10.1000/A"}, "Its doi is not written as the atlas writes it."),
        ({"pmid": "x"}, "Its identifier is not a PubMed number: 'x'."),
        ({"authors": (Person(""),)}, "One of its authors has no family name."),
        ({"authors": (Collective("x" * 501),)}, "The name of one of its authors is too long."),
    ],
)
def test_ingest_refuses_what_does_not_fit_and_takes_the_rest(fields, reason):
    outcome = bring(paper(**fields), paper(title="Another paper", doi="10.1000/1"))
    assert [(line.fate, line.reason) for line in outcome.lines] == [("refused", reason), ("created", "")]


def test_ingest_reports_a_notice_and_creates_no_study():
    outcome = bring(paper(title="RETRACTION: Sleep in ME/CFS"))
    (line,) = outcome.notices
    assert (line.notice, line.title, line.study) == ("retraction", "RETRACTION: Sleep in ME/CFS", None)
    assert Study.objects.count() == 0


def test_ingest_names_the_study_that_a_notice_concerns():
    by_title, by_link = make_study(title="Sleep in ME/CFS"), make_study(doi="10.1000/2", title="Rest")
    records = [
        paper(title="Correction to: Sleep in ME/CFS", doi="10.1000/8", authors=()),
        paper(title="Erratum", doi="10.1000/9", relations=(Relation("correction_of", doi="10.1000/2"),)),
        paper(title="A notice", publication_types=("Retraction of Publication",)),
    ]
    outcome = bring(*records)
    assert [(line.fate, line.notice, line.study) for line in outcome.lines] == [
        ("notice", "correction", by_title.pk),
        ("notice", "correction", by_link.pk),
        ("notice", "retraction", None),
    ]
    assert Study.objects.count() == 2


@pytest.mark.parametrize("words", ["Reply to: {}", "{}: study protocol", "Comment on “{}”"])
def test_ingest_creates_replies_and_protocols_as_papers_of_their_own(words):
    outcome = bring(paper(doi="10.1000/1"), paper(title=words.format(RECORD.title), doi="10.1000/2"))
    assert (len(outcome.created), outcome.possible) == (2, [])


def test_ingest_creates_a_notice_where_asked_and_codes_nothing():
    outcome = ingest([paper(title="RETRACTION: Sleep in ME/CFS")], holdings=Holdings(), with_notices=True)
    assert [(line.notice, line.slug) for line in outcome.lines] == [("retraction", "li-2020-retraction-sleep")]
    assert Study.objects.get().retraction_status == "none"


def test_ingest_numbers_every_record_and_passes_refusals_through():
    outcome = ingest(
        [Refusal(8, "No title."), paper(doi="10.1000/1"), paper(doi="10.1000/1")], holdings=Holdings(), first=8
    )
    assert [(line.number, line.fate) for line in outcome.lines] == [(8, "refused"), (9, "created"), (10, "duplicate")]
    assert outcome.lines[0].reason == "No title."
    assert outcome.counts == {
        "created": 1, "updated": 0, "duplicate": 1, "notice": 0, "refused": 1, "possible_duplicates": 0,
    }  # fmt: skip


def test_ingest_gives_every_study_an_address_of_its_own():
    make_study(slug="li-2020-sleep-me-cfs")
    SlugRedirect.objects.create(slug="li-2020-sleep-me-cfs-2", study=Study.objects.get())
    outcome = bring(paper(doi="10.1000/1"), paper(doi="10.1000/2"))
    slugs = [Study.objects.get(pk=pk).slug for pk in outcome.created]
    assert slugs == ["li-2020-sleep-me-cfs-3", "li-2020-sleep-me-cfs-4"]


def test_ingest_derives_the_badge_of_a_coded_paper():
    row = Definition("ccc-2003", "inclusion", "", "", "All met the CCC.", "methods")
    outcome = bring(paper(replace(CODED, definitions=(row,))))
    study = Study.objects.get(pk=outcome.created[0])
    assert (study.pem, study.pem_rule) == ("required", "one_required")
    assert [topic.slug for topic in study.topics.all()] == ["sleep"]
    assert [(text.field, text.basis, text.drafter) for text in study.text_provenance.all()] == [
        ("key_point", "abstract", "person")
    ]


@pytest.mark.parametrize(
    "coding",
    [
        replace(CODED, topics=("no-such-topic",)),
        replace(CODED, definitions=(Definition("no-such-definition", "inclusion", "", "", "", ""),)),
        replace(CODED, definitions=(Definition("nice-2021", "inclusion", "", "", "", ""),)),  # younger than the paper
    ],
)
def test_ingest_refuses_a_record_with_an_impossible_coding_and_goes_on(coding):
    outcome = bring(paper(doi="10.1000/1"), paper(coding, doi="10.1000/2", title="Other"))
    assert [line.fate for line in outcome.lines] == ["created", "refused"]
    assert Study.objects.get().doi == "10.1000/1"


def test_ingest_links_papers_of_one_call_and_names_links_that_lead_out_of_it():
    make_study(doi="10.1000/9")
    coding = replace(CODED, links=(("shares_participants_with", "10.1000/1"), ("replicates", "10.1000/9")))
    outcome = bring(paper(doi="10.1000/1"), paper(coding, doi="10.1000/2", title="Other"))
    first, second = outcome.created
    link = StudyLink.objects.get()
    assert (link.source_id, link.target_id, link.type) == (first, second, "shares_participants_with")
    assert outcome.problems == ["li-2020-other: not linked, no study with DOI 10.1000/9 arrived with it"]


def test_ingest_asks_the_database_as_often_for_one_paper_as_for_many():
    holdings = Holdings()
    assert questions([paper(doi="10.1000/1")], holdings) == 2  # definitions and topics
    assert questions([paper(doi=f"10.1000/{n}") for n in range(2, 60)], holdings) == 2


def questions(papers, holdings):
    with CaptureQueriesContext(connection) as queries:
        ingest(papers, holdings=holdings)
    return sum(
        query["sql"].startswith("SELECT") and "advisory" not in query["sql"] for query in queries.captured_queries
    )
