"""MODS read back by an XML parser: what a catalogue, a harvester and a reference manager find in it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from lxml import etree

from studies.formats import mods
from studies.formats.frame import Origin
from studies.formats.notes import marked_title, one_line
from studies.records import Collective, Person, Record
from tests.studies.records import MANSOUBI, records

M = {"m": mods.NAMESPACE}
ORIGIN = Origin(url="https://atlas.example", counter=812, on=date(2026, 11, 26), asked="https://atlas.example/a--b")


def parsed(record):
    return etree.fromstring(mods.render(record))


def texts(node, path):
    return [each.text for each in node.findall(path, M)]


def names(node):
    """(family, given) of each person, the name of each group."""
    found = []
    for name in node.findall("m:name", M):
        parts = {part.get("type"): part.text or "" for part in name.findall("m:namePart", M)}
        if parts:
            found.append(parts[None] if name.get("type") == "corporate" else (parts["family"], parts.get("given", "")))
    return found


def test_paper_stands_in_the_proper_elements():
    node = parsed(MANSOUBI)
    assert (node.tag, node.get("version")) == ("{http://www.loc.gov/mods/v3}mods", "3.7")
    assert texts(node, "m:titleInfo/m:title") == [MANSOUBI.title]
    assert names(node) == [
        ("Mansoubi", "Maedeh"),
        ("Martín-Martínez", "Jean-Paul"),
        "the RECOVER {Consortium} & friends",
    ]
    assert texts(node, "m:name/m:nameIdentifier") == ["0000-0002-8829-2217"]
    assert texts(node, "m:genre[@authority='local']") == ["journalArticle"]
    assert texts(node, "m:originInfo/m:dateIssued") == ["2025-04-02"]
    host = node.find("m:relatedItem[@type='host']", M)
    assert texts(host, "m:titleInfo/m:title") == ["British Medical Journal Open", "BMJ Open"]
    assert texts(host, "m:part/m:detail/m:number") == ["15", "4"]
    assert texts(host, "m:part/m:extent/*") == ["1085", "1094"]
    assert texts(host, "m:identifier") == ["2044-6055"]
    assert {each.get("type"): each.text for each in node.findall("m:identifier", M)} == {
        "doi": MANSOUBI.doi,
        "pmid": MANSOUBI.pmid,
        "pmcid": MANSOUBI.pmcid,
    }
    assert texts(node, "m:language/m:languageTerm") == ["en"]
    assert texts(node, "m:recordInfo/m:recordIdentifier") == [MANSOUBI.atlas_slug]
    assert texts(node, "m:recordInfo/m:recordChangeDate") == ["2026-03-04"]


def test_notes_carry_retraction_badge_and_limit():
    record = replace(
        MANSOUBI, retraction_status="retracted", retraction_notice_doi="10.1/n", main_limitation="It shows no cause."
    )
    notes = {note.get("type"): note.text for note in parsed(record).findall("m:note", M)}
    assert notes == {
        "PEM criterion": "PEM unclear",
        "retraction": "RETRACTED: Retraction notice: https://doi.org/10.1/n",
        "main limitation": "It shows no cause.",
        "atlas entry": f"ME/CFS Study Atlas, version 3 of 2026-03-04: {MANSOUBI.atlas_url}",
    }
    assert texts(parsed(record), "m:titleInfo/m:title") == [f"RETRACTED: {MANSOUBI.title}"]


def test_incomplete_list_of_authors_ends_with_et_al():
    assert texts(parsed(replace(MANSOUBI, authors_complete=False)), "m:name/m:etal") == ["author list incomplete"]


def test_preprint_and_paper_are_told_apart():
    assert texts(parsed(replace(MANSOUBI, is_preprint=True)), "m:genre") == ["journalArticle", "preprint"]
    other = parsed(replace(MANSOUBI, preprint_doi="10.1101/p")).find("m:relatedItem[@type='otherVersion']", M)
    assert texts(other, "m:identifier") == ["10.1101/p"]


@pytest.mark.parametrize("month, day, date_", [(None, None, "2025"), (4, None, "2025-04"), (None, 2, "2025")])
def test_date_is_as_exact_as_it_is_known(month, day, date_):
    assert texts(parsed(replace(MANSOUBI, month=month, day=day)), "m:originInfo/m:dateIssued") == [date_]


def test_record_without_anything_but_a_title_has_no_empty_elements():
    node = parsed(Record(title="A"))
    assert [each.tag for each in node.iter() if not len(each) and not (each.text or "").strip()] == []
    assert node.find("m:relatedItem", M) is None


def test_collection_names_the_state_of_the_atlas_and_stays_well_formed():
    entries = mods.FRAME.between.join([mods.render(MANSOUBI), mods.render(Record(title="A\ufffe\x00B ]]>"))])
    file = mods.FRAME.begin(ORIGIN) + entries + mods.FRAME.end
    tree = etree.fromstring(file.encode())
    assert tree[0].text == " ME/CFS Study Atlas, state 812 of 2026-11-26: https://atlas.example/a- -b "
    assert texts(tree, "m:mods/m:titleInfo/m:title") == [MANSOUBI.title, "AB ]]>"]


@pytest.mark.parametrize(
    "asked, told", [("a-b", "a-b"), ("a---b-", "a- - -b-"), ("----", "- - - -"), ("<&>", "&lt;&amp;&gt;")]
)
def test_comment_holds_whatever_was_asked_for(asked, told):
    file = mods.FRAME.begin(replace(ORIGIN, asked=asked)) + mods.render(MANSOUBI) + mods.FRAME.end
    assert etree.fromstring(file.encode())[0].text == f" ME/CFS Study Atlas, state 812 of 2026-11-26: {told} "


def test_two_hundred_authors_keep_their_order():
    authors = tuple(Person(f"Name{number}", "Ann") for number in range(200))
    assert names(parsed(replace(MANSOUBI, authors=authors))) == [(f"Name{number}", "Ann") for number in range(200)]


@given(records)
def test_any_record_comes_back(record):
    node = parsed(record)
    assert texts(node, "m:titleInfo/m:title") == [marked_title(record)]
    assert names(node) == [
        one_line(author.name) if isinstance(author, Collective) else (one_line(author.family), one_line(author.given))
        for author in record.authors
    ]
    assert texts(node, "m:originInfo/m:dateIssued") == ([] if record.year is None else [record.date])
    assert texts(node, "m:identifier[@type='doi']") == ([record.doi] if record.doi else [])
