"""The rules by which papers are recognised, one by one; how good they are together is in test_matching_measured.py."""

from dataclasses import replace

import pytest

from studies.matching import comparing
from studies.matching.facts import (
    Facts,
    facts_of,
    is_preprint_doi,
    page_ranges,
    preprint_stem,
    title_words,
    volume_number,
)
from studies.matching.judging import Verdict, conflicting_identifiers, judge, shared_identifiers
from studies.matching.kinds import kind_of, notice_kind, says_retracted, without_mark
from studies.matching.shelf import Shelf
from studies.matching.words import fold, is_slip, similarity
from studies.records import Collective, Person, Record, Relation

TITLE = "Exercise testing in people with ME/CFS: a cohort study"
PAPER = Record(
    title=TITLE, authors=(Person("Li", "Anna"),), journal="Journal of Fatigue", volume="12", pages="100-109", year=2020
)


def facts(**fields):
    return facts_of(replace(PAPER, **fields))


def verdict(one, other):
    found = judge(facts(**one), facts(**other))
    assert found == judge(facts(**other), facts(**one))
    return found.verdict


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Long-COVID: An Overview.", "long covid an overview"),
        ("“Cardiometabolic” factors", "cardiometabolic factors"),
        ("Fernández-de-Las-Peñas", "fernandez de las penas"),
        ("Frimodt-Møller, Łukasz, Straße", "frimodt moller lukasz strasse"),
        ("The <i>FKBP5</i> gene &amp; CO<sub>2</sub>", "the fkbp5 gene co2"),
        ("TNF-α and NF-κB", "tnf alpha and nf kappab"),
        ("疲労", "疲労"),
        ("p < 0.05 > 0.01", "p 0 05 0 01"),
        ("", ""),
    ],
)
def test_fold_leaves_words_alone(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("one", "other", "share"), [("a b c", "a b", 2 / 3), ("a", "a", 1), ("", "", 0), ("a", "b", 0)]
)
def test_similarity_is_the_share_of_words_in_common(one, other, share):
    assert similarity(one, other) == similarity(other, one) == share


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("kuzdza", "kuzdzal", True),
        ("muli", "mulic", True),
        ("ekmekciolu", "ekmekcioglu", True),
        ("meyer", "meier", True),
        ("li", "le", False),  # too short to tell
        ("smith", "smythe", False),
        ("anders", "sander", False),
    ],
)
def test_is_slip_allows_one_letter(one, other, slip):
    assert is_slip(one, other) is is_slip(other, one) is slip


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("RETRACTION: Causal Relationship Between Diet and CFS", "retraction"),
        ("Retraction Note: A trial", "retraction"),
        ("Retraction notice to “A trial”", "retraction"),
        ("Notice of retraction", "retraction"),
        ("Correction to: A review", "correction"),
        ("Author correction: long COVID", "correction"),
        ("Publisher’s Correction: long COVID", "correction"),
        ('Corrigendum to "A study"', "correction"),
        ("Correction for Smith et al., A trial of rest", "correction"),
        ("Erratum: An audit", "correction"),
        ("Erratum", "correction"),
        ("Expression of Concern: A trial", "concern"),
        ("Editorial expression of concern", "concern"),
        ("Reply to the letter “A trial”", "reply"),
        ("Re: A trial", "reply"),
        ("‘A trial’—Author’s reply", "reply"),
        ("Comment on “A trial”", "reply"),
        ("A trial of rest: study protocol for a randomised trial", "protocol"),
        ("Protocol for a trial of rest", "protocol"),
        ("Correction of posture in ME/CFS", "article"),
        ("Correct use of the Maslach Burnout Inventory", "article"),
        ("Withdrawal of opioids in fatigue", "article"),
        ("Social withdrawal in adolescents", "article"),
        ("Retraction of the eyelid", "article"),
        ("Retracted: A trial", "article"),
        ("Reanalysis of a trial", "article"),
        ("A treatment protocol based on pacing", "article"),
        ("Variants of concern: a review", "article"),
    ],
)
def test_kind_of_reads_what_a_title_announces(title, kind):
    assert kind_of(title) == kind
    assert notice_kind(title) == (kind if kind in ("retraction", "correction", "concern") else "")


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (("Journal Article", "Retraction of Publication"), "retraction"),
        (("Published Erratum",), "correction"),
        (("Expression of Concern",), "concern"),
        (("Comment", "Letter"), "reply"),
        (("Clinical Trial Protocol",), "protocol"),
        (("Journal Article", "Retracted Publication"), "article"),
    ],
)
def test_kind_of_believes_the_source(types, kind):
    assert kind_of("A trial", types) == kind


@pytest.mark.parametrize(
    "title", ["RETRACTED: A trial", "Retracted Article: A trial", "[Retracted] A trial", "WITHDRAWN: A trial"]
)
def test_mark_of_a_retracted_paper_is_no_part_of_its_title(title):
    assert (says_retracted(title), without_mark(title)) == (True, "A trial")


def test_mark_is_not_seen_in_other_titles():
    assert (says_retracted("Retracted papers: a survey"), without_mark("Retracted papers")) == (
        False,
        "Retracted papers",
    )


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("[Sleep in ME/CFS]", "sleep in me cfs"),
        ("Sleep in ME/CFS. [Chinese]", "sleep in me cfs"),
        ("Sleep in ME/CFS [abstract no: 134]", "sleep in me cfs"),
        ("[Sleep in ME/CFS] LA: Chi", "sleep in me cfs"),
        ("RETRACTED: Sleep in ME/CFS", "sleep in me cfs"),
        ("Sleep (ME)", "sleep me"),
        ("[Chinese]", "chinese"),
        ("…", "…"),
    ],
)
def test_title_words_leave_out_what_is_not_the_title(title, words):
    assert title_words(title) == words


@pytest.mark.parametrize(
    ("volume", "number"),
    [("29A", "29"), ("35 ( Pt 1)", "35"), ("10 Suppl 2", "10"), ("007", "7"), ("Ph.D.", "ph d"), ("", "")],
)
def test_volume_number_drops_part_and_supplement(volume, number):
    assert volume_number(volume) == number


@pytest.mark.parametrize(
    ("pages", "ranges"),
    [
        ("597-9", ((597, 599),)),
        ("S12-S19", ((12, 19),)),
        ("230-5, 246-51, 233-8", ((230, 235), (233, 238), (246, 251))),
        ("233-238+230-235", ((230, 235), (233, 238))),
        ("e43268", ((43268, 0),)),
        ("811a", ((811, 0),)),
        ("13-May", ()),
        ("Jun-01", ()),
        ("", ()),
    ],
)
def test_page_ranges_are_filled_up(pages, ranges):
    assert page_ranges(pages) == ranges


@pytest.mark.parametrize(
    ("doi", "preprint"),
    [
        ("10.1101/2024.01.11.24300929", True),
        ("10.1101/123456", True),
        ("10.1101/gad.123456.113", False),  # a journal of the same registrant
        ("10.21203/rs.3.rs-1/v1", True),
        ("10.20944/preprints202001.0001.v1", True),
        ("10.31234/osf.io/abc", True),
        ("10.2139/ssrn.1", True),
        ("10.2196/preprints.1", True),
        ("10.2196/30259", False),
        ("10.1038/s41586-1", False),
        ("", False),
    ],
)
def test_preprint_servers_are_known_by_their_dois(doi, preprint):
    assert is_preprint_doi(doi) is preprint


def test_preprint_stem_drops_the_version():
    assert preprint_stem("10.21203/rs.3.rs-1/v2") == "10.21203/rs.3.rs-1"
    assert preprint_stem("10.20944/preprints202001.0001.v1") == "10.20944/preprints202001.0001"


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (Person("Li", "Anna"), Person("LI", "A. B."), True),
        (Person("Li", "Anna"), Person("Li", "Bo"), False),
        (Person("Li", "Anna"), Person("Li"), True),
        (Person("Ching-yi", "Wu"), Person("Wu", "C. Y."), True),
        (Person("Ching-yi", "Wu"), Person("Wu", "Ching-yi"), True),
        (Person("Kuzdza", "J"), Person("Kuzdzal", "Jaroslaw"), True),
        (Person("Garcia", "M"), Person("Garcia Lopez", "Maria"), True),
        (Person("Berg", "A"), Person("van den Berg", "Anna"), True),
        (Person("Paschoalini Mda", "S"), Person("Paschoalini", "Marcello"), False),
        (Collective("RECOVER Group"), Collective("The RECOVER group"), True),
        (Person("Li", "A"), Collective(""), None),
    ],
)
def test_authors_agree_by_name_and_first_initial(one, other, agree):
    assert comparing.authors_agree(facts(authors=(one,)), facts(authors=(other,))) is agree
    assert comparing.authors_agree(facts(authors=(other,)), facts(authors=(one,))) is agree


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("The Lancet Oncology", "Lancet Oncology", True),
        ("Ann Fr Anesth Reanim", "Annales Françaises d'Anesthésie et de Réanimation", True),
        ("Journal of Fatigue", "Journal of Fatigue : official journal of a society", True),
        ("PLoS ONE [Electronic Resource]", "PLoS One", True),
        ("Surgical Endoscopy", "Surg Endosc", True),
        ("Drugs", "Chest", False),
        ("American Heart Journal", "European Heart Journal", False),
        ("Chest", "", None),
    ],
)
def test_journals_agree_by_name_or_abbreviation(one, other, agree):
    assert comparing.journals_agree(facts(journal=one), facts(journal=other)) is agree


def test_journals_agree_by_issn_whatever_they_are_called():
    assert (
        comparing.journals_agree(facts(journal="Aizheng", issn="1944-446X"), facts(journal="CJC", issn="1944-446X"))
        is True
    )


@pytest.mark.parametrize("kind", ["doi", "pmid", "pmcid"])
def test_papers_with_one_identifier_are_the_same_whatever_else_differs(kind):
    assert verdict({kind: "x1"}, {kind: "x1", "title": "Other", "year": 1999}) == Verdict.SAME


def test_papers_with_one_identifier_and_another_that_differs_are_for_people():
    found = judge(facts(doi="10.1/1", pmid="1"), facts(doi="10.1/1", pmid="2"))
    assert found.verdict == Verdict.POSSIBLE
    assert found.reasons == ("Both have the same DOI.", "Different: PubMed number.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"doi": "10.1/1"}, {"doi": "10.1/2"}),
        ({"pmid": "1"}, {"pmid": "2"}),
        ({"pmcid": "PMC1"}, {"pmcid": "PMC2"}),
        ({"doi": "10.1101/2024.01.11.1"}, {"doi": "10.2139/ssrn.1"}),  # two preprints
    ],
)
def test_different_identifiers_never_merge_by_themselves(one, other):
    assert verdict(one, other) == Verdict.POSSIBLE


def test_different_identifiers_of_unlike_papers_are_no_possible_duplicate():
    assert verdict({"doi": "10.1/1"}, {"doi": "10.1/2", "authors": (Person("Abel", "B"),)}) == Verdict.OTHER


@pytest.mark.parametrize(
    ("preprint", "expected"),
    [
        ({}, Verdict.SAME),
        ({"pmid": "2"}, Verdict.SAME),  # PubMed lists some preprints too
        ({"year": 2017}, Verdict.SAME),
        ({"year": 2015}, Verdict.OTHER),
        ({"year": None}, Verdict.POSSIBLE),
        ({"authors": (Person("Abel", "B"),)}, Verdict.OTHER),
        ({"title": TITLE + " of women"}, Verdict.POSSIBLE),
        ({"title": "Correction: " + TITLE}, Verdict.OTHER),
    ],
)
def test_preprint_and_article_are_one_paper(preprint, expected):
    posted = {"doi": "10.1101/2019.12.01.1", "journal": "medRxiv", "volume": "", "pages": "", "year": 2019}
    assert verdict({"doi": "10.1/1", "pmid": "1"}, posted | preprint) == expected


def test_preprint_that_the_article_names_is_the_same_paper_whatever_its_title():
    posted = {"doi": "10.21203/rs.3.rs-1/v2", "title": "Earlier words", "authors": (), "year": 2018}
    for link in (
        {"preprint_doi": "10.21203/rs.3.rs-1/v1"},
        {"relations": (Relation("has_preprint", doi="10.21203/rs.3.rs-1/v1"),)},
    ):
        article = facts(doi="10.1/1", pmid="1", **link)
        assert (shared_identifiers(article, facts(**posted)), conflicting_identifiers(article, facts(**posted))) == (
            ("DOI",),
            (),
        )
        assert judge(article, facts(**posted)).verdict == Verdict.SAME


def test_versions_of_a_preprint_are_one_paper():
    assert verdict({"doi": "10.21203/rs.3.rs-1/v1"}, {"doi": "10.21203/rs.3.rs-1/v2"}) == Verdict.SAME


@pytest.mark.parametrize(
    "title",
    [
        "Correction: " + TITLE,
        "Retraction: " + TITLE,
        "Expression of concern: " + TITLE,
        "Re: " + TITLE,
        TITLE + ": study protocol",
    ],
)
def test_what_speaks_of_a_paper_is_not_the_paper(title):
    assert verdict({}, {"title": title}) == Verdict.OTHER


def test_retracted_paper_is_the_same_paper_under_its_new_title():
    assert verdict({}, {"title": "RETRACTED: " + TITLE}) == Verdict.SAME


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"title": TITLE.upper() + ".", "journal": "J Fatigue", "authors": (Person("Li", "A"),)}, Verdict.SAME),
        ({"volume": "", "pages": ""}, Verdict.SAME),
        ({"journal": "", "volume": "", "pages": ""}, Verdict.SAME),  # a distinctive title does without a place
        ({"journal": "Chest", "volume": "", "pages": ""}, Verdict.POSSIBLE),
        ({"volume": "13"}, Verdict.POSSIBLE),
        ({"pages": "7"}, Verdict.POSSIBLE),
        ({"volume": "", "pages": "", "year": 2021}, Verdict.POSSIBLE),
        ({"year": 2021}, Verdict.SAME),  # same volume and page: the year of the web edition
        ({"year": 2023}, Verdict.POSSIBLE),
        (
            {"authors": (Person("Lee", "A"),)},
            Verdict.SAME,
        ),  # same title, journal, volume and page: a name spelt otherwise
        ({"authors": (Person("Lee", "A"),), "volume": ""}, Verdict.POSSIBLE),
        ({"title": "Exercize testing of people with ME/CFS: a cohort study"}, Verdict.SAME),  # slips, same place
        ({"title": "Exercize testing of people with ME/CFS: a cohort study", "volume": ""}, Verdict.POSSIBLE),
        (
            {"title": "Cohort study of people with ME/CFS and their exercise"},
            Verdict.SAME,
        ),  # another rendering, same range
        ({"title": "Cohort study of people with ME/CFS and their exercise", "pages": "100"}, Verdict.OTHER),
        ({"title": "Sleep and mice"}, Verdict.OTHER),
    ],
)
def test_without_identifiers_title_author_year_and_place_decide(other, expected):
    assert verdict({}, other) == expected


@pytest.mark.parametrize("place", [{}, {"journal": "", "volume": "", "pages": ""}])
def test_numbers_in_alike_titles_must_be_the_same(place):
    one, other = (
        "Outcome of rest after 6 months in adolescents: part 1",
        "Outcome of rest after 12 months in adolescents: part 1",
    )
    assert verdict({"title": one} | place, {"title": other, "pages": "100"} | place) == Verdict.OTHER


def test_record_that_is_repeated_is_the_same_even_with_a_short_title():
    bare = {"title": "Sleep", "journal": "", "volume": "", "pages": ""}
    assert verdict(bare, bare) == Verdict.SAME
    assert verdict(bare, bare | {"journal": "Chest"}) == Verdict.POSSIBLE
    nameless = bare | {"authors": (), "year": None}
    assert verdict(nameless, nameless) == Verdict.SAME  # nothing tells them apart
    assert verdict(nameless, nameless | {"pmid": "1"}) == Verdict.POSSIBLE


def test_judgement_gives_reasons_and_a_score():
    found = judge(facts(doi="10.1/1"), facts(doi="10.1/2", volume="13", pages=""))
    assert found.score == 75
    assert found.reasons == (
        "The titles are the same.",
        "The first author is the same.",
        "The year is the same.",
        "The journal is the same.",
        "The volume is another.",
        "Different: DOI.",
    )


def test_shelf_finds_the_likeliest_first_and_each_paper_once():
    shelf = Shelf()
    for key, fields in enumerate(
        [{"doi": "10.1/2"}, {"doi": "10.1/3"}, {"pmid": "9"}, {"title": "Other words entirely"}]
    ):
        shelf.add(key, facts(**fields))
    shelf.add(1, facts(doi="10.1/1"))  # another description of the same paper
    found = shelf.find(facts(doi="10.1/1"))
    assert [(match.key, match.judgement.verdict) for match in found] == [(1, "same"), (2, "same"), (0, "possible")]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Exercise tests in people with ME/CFS: a cohort study", "volume": ""},  # author and long words
        {"authors": (Person("Lee", "A"),)},  # the whole title
        {"title": "Exercize testing of people with ME/CFS: a cohort study", "year": 2021},  # year, volume and page
        {"title": "Unlike", "doi": "10.1/1", "authors": ()},
        {"title": "Unlike", "pmid": "1", "authors": ()},
        {"title": "Unlike", "pmcid": "PMC1", "authors": ()},
    ],
)
def test_shelf_finds_what_is_worth_comparing(fields):
    shelf = Shelf()
    shelf.add(7, facts(doi="10.1/1", pmid="1", pmcid="PMC1"))
    assert [match.key for match in shelf.find(facts(**fields))] == [7]


def test_shelf_compares_titles_in_other_scripts():
    shelf = Shelf()
    shelf.add(1, facts(title="慢性疲労症候群の睡眠"))
    assert [match.key for match in shelf.find(facts(title="慢性疲労症候群の睡眠", volume="13"))] == [1]
    assert shelf.find(facts(title="睡眠", pages="")) == []


def test_facts_of_a_bare_record():
    assert facts_of(Record(title="Sleep")) == Facts(title="sleep")
