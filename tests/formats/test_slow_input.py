"""Texts that make a careless pattern try again and again: time must grow with their length only."""

import json
import time

import pytest

from studies.formats.readers import bibtex, csl, ris, tabular
from tests.formats.files import read_all

LENGTH = 60_000
PARTS = {
    "spaces": " ", "slashes": "/", "tags": "<a ", "attributes": '<a x="', "escapes": "&lt;", "initials": "A.", "names": "a, ",
    "ands": "a and ", "digits": "1", "dashes": "-", "dates": "1 jan ", "quotes": '"', "braces": "{", "accents": "\\'",
    "words": "AB ", "labels": "METHODS: ", "brackets": "]", "identifiers": "10.1/", "percents": "%25", "entries": "@a{",
    "formulas": "$a_", "others": "et al ", "semicolons": "; ", "garbled": "Ã¼",
}  # fmt: skip
FIELDS = ("title", "authors", "year", "abstract", "notes", "pages", "journal", "doi", "keywords", "language", "url")
TAGS = dict(zip(FIELDS, ("TI", "AU", "PY", "AB", "N1", "SP", "T2", "DO", "KW", "LA", "UR"), strict=True))
NAMES = dict(zip(FIELDS, ("title", "author", "date", "abstract", "note", "page", "container-title", "DOI", "keyword",
                          "language", "URL"), strict=True))  # fmt: skip


def in_ris(field, text):
    return ris, f"TY  - JOUR\nTI  - A title\n{TAGS[field]}  - {text}\nJO  - J\nER  - \n"


def in_bibtex(field, text):
    name = {"authors": "author", "notes": "note"}.get(field, field)
    return bibtex, f"@article{{k, title = {{A title}}, journal = {{J}},\n{name} = {{{text}}}\n}}\n"


def in_csl(field, text):
    return csl, json.dumps({"type": "article-journal", "title": "A title", NAMES[field]: text})


def in_table(field, text):
    row = ['"' + (text if name == field else "x").replace('"', '""') + '"' for name in FIELDS]
    return tabular, ",".join(FIELDS) + "\n" + ",".join(row) + "\n"


@pytest.mark.parametrize("place", [in_ris, in_bibtex, in_csl, in_table])
@pytest.mark.parametrize("name", PARTS)
def test_time_grows_with_the_length_only(place, name):
    part = PARTS[name]
    text = "A." + part * (LENGTH // len(part)) + "1"
    begin = time.process_time()
    for field in FIELDS:
        assert read_all(*place(field, text)) != []
    assert time.process_time() - begin < 20
