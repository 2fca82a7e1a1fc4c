"""The columns of tables of references: what databases, managers of references and people call them. Pure."""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DELIMITERS = ",;\t|"

# Field, then the names of its column; the first name is wanted most where a table has several.
_TABLE = """
title: title, article title, document title, primary title, paper title, study title, titel, titre, titulo, titolo, ti, t1
original_title: original title, vernacular title, translated title
authors: authors, author, author s, author names, author full names, authors full name, creators, creator, autoren, autor,
  auteurs, autores, autori, au, af
journal: journal, journal title, journal name, source title, publication title, publication name, container title,
  journal book, source, zeitschrift, revue, revista, rivista, so, jt, secondary title, publication
abbreviation: journal abbreviation, abbreviated source title, abbreviated journal, iso abbreviation, journal iso
  abbreviation, journal abbrev, ta, ji
year: year, publication year, pub year, year of publication, published year, jahr, annee, ano, anno, py, yr
month: month, publication month
day: day
date: date, publication date, pub date, date published, published on, date of publication, published, pubdate, dp
volume: volume, vol, band, vl, vi
issue: issue, number, no, issue number, heft, numero, is, ip
pages: pages, page, page range, pagination, page info, seiten, pg
first_page: page start, start page, first page, beginning page, bp, sp
last_page: page end, end page, last page, ending page, ep
article_number: article number, art no, article no, article id, elocation id, ar
doi: doi, digital object identifier, doi link, doi url, di
pmid: pmid, pubmed id, pubmed, pm id, pubmedid, pub med id, pm, medline id
pmcid: pmcid, pmc id, pmc, pubmed central id, pmc number
issn: issn, issn print, print issn, eissn, issn online, sn, electronic issn
abstract: abstract, abstract note, abstract text, summary, zusammenfassung, resume, resumen, ab
keywords: keywords, author keywords, keyword, key words, tags, manual tags, index keywords, mesh, kw, de, schlagworter
language: language, language of original document, lang, sprache, langue, idioma, la
url: url, link, web address, urls, full text url, website
type: type, item type, document type, publication type, reference type, article type, dt, ty
notes: notes, note, extra, comments, remarks
"""
_FIELDS: dict[str, tuple[str, int]] = {}
for _row in re.sub(r"\n  ", " ", _TABLE).strip().split("\n"):
    _field, _, _names = _row.partition(": ")
    for _rank, _name in enumerate(_names.split(", ")):
        _FIELDS.setdefault(_name, (_field, _rank))


@dataclass(frozen=True)
class Layout:
    """`places` gives for each field the columns that hold it, the most wanted first; `width` is the number of columns."""

    delimiter: str
    width: int
    places: Mapping[str, Sequence[int]]


def layout(header: str) -> Layout | None:
    """How a table is laid out, or None where its first line names no title and nothing else that is known."""
    found = [_read(header, delimiter) for delimiter in DELIMITERS]
    best = max(found, key=lambda each: len(each.places))
    return best if "title" in best.places and len(best.places) > 1 else None


def folded(name: str) -> str:
    """`Journal/Book` and `journal_book` are `journal book`; accents and case do not count."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name)
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", spaced.casefold()) if not unicodedata.combining(sign)
    )
    return " ".join(re.findall(r"[^\W_]+", plain))


def _read(header: str, delimiter: str) -> Layout:
    try:
        cells = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:
        cells = []
    ranked: dict[str, list[tuple[int, int]]] = {}
    for place, cell in enumerate(cells):
        if folded(cell) in _FIELDS:
            field, rank = _FIELDS[folded(cell)]
            ranked.setdefault(field, []).append((rank, place))
    places = {field: [place for _, place in sorted(found)] for field, found in ranked.items()}
    return Layout(delimiter, len(cells), places)
