"""References as other people's software reads them: title, authors, year, DOI, in one shape for all of it.

A person is (family, given), a group its name alone. What a reader does not know is "" or None.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import bibtexparser
import nbib
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from lxml import etree

from scripts import tools
from studies.formats import mods

DECODER = LatexDecodingMiddleware(keep_math_mode=False)._decoder
SCRIPT = Path(__file__).with_name("citation.js")


@dataclass(frozen=True)
class Read:
    title: str
    authors: tuple
    year: str
    doi: str


def by_rispy(text):
    return [
        Read(
            each["title"],
            tuple(map(_of_comma, each.get("authors", []))),
            each.get("year", ""),
            each.get("doi", ""),
        )
        for each in rispy.loads(text)
    ]


def by_bibtexparser(text):
    """Names divided by its own middleware; the braces that keep a name whole say that it is a group."""
    library = bibtexparser.parse_string(text, append_middleware=[SeparateCoAuthors()])
    assert [block.error for block in library.failed_blocks] == []
    return [
        Read(
            _decoded(fields["title"]),
            tuple(_of_comma(_decoded(name)) for name in fields.get("author", []) if name != "others"),
            fields.get("year", ""),
            fields.get("doi", ""),
        )
        for fields in ({key: field.value for key, field in entry.fields_dict.items()} for entry in library.entries)
    ]


def _decoded(text):
    """Commands of TeX as the letters they stand for."""
    return DECODER.latex_to_text(text)


def by_nbib(text):
    return [
        Read(
            each["title"],
            tuple(_of_comma(author["author"]) for author in each.get("authors", [])),
            each.get("publication_date", "")[:4],
            each.get("doi", ""),
        )
        for each in nbib.read(text)
    ]


def by_lxml(text):
    """MODS, by the paths that its guidelines name."""
    space = {"m": mods.NAMESPACE}
    return [
        Read(
            node.findtext("m:titleInfo/m:title", "", space),
            tuple(name for each in node.findall("m:name", space) if (name := _of_parts(each, space))),
            node.findtext("m:originInfo/m:dateIssued", "", space)[:4],
            node.findtext("m:identifier[@type='doi']", "", space),
        )
        for node in etree.fromstring(text.encode()).findall("m:mods", space)
    ]


def _of_parts(name, space):
    parts = {each.get("type"): each.text for each in name.findall("m:namePart", space)}
    if "family" not in parts:
        return parts.get(None, "")
    return (parts["family"], parts["given"]) if "given" in parts else parts["family"]


def by_citation_js(text):
    """Skips where Node or the library is missing; scripts/test names them, and CI does not allow it."""
    library, node = tools.kept("citation-js", "build/citation.js"), shutil.which("node")
    if node is None or not library.exists():
        pytest.skip("no Node or no citation-js; scripts/test without arguments brings or names what is missing")
    done = subprocess.run([node, SCRIPT, library], input=text.encode(), capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return [
        Read(
            each["title"],
            tuple(name for author in each.get("author", []) if (name := _of_csl(author)) != "others"),
            str(each["issued"]["date-parts"][0][0]) if "issued" in each else "",
            each.get("DOI", ""),
        )
        for each in json.loads(done.stdout)
    ]


def _of_csl(author):
    """Its BibTeX reader gives a name of one part as a family name, its RIS reader as a literal; of a list with gaps the
    former makes one more author, "others"."""
    if "literal" in author:
        return author["literal"]
    family = " ".join(part for part in (author.get("non-dropping-particle", ""), author.get("family", "")) if part)
    return (family, author["given"]) if author.get("given") else family


def _of_comma(name):
    family, comma, given = name.partition(", ")
    return (family, given) if comma else name
