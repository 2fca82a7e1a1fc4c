"""How fast and in how much memory a file of references goes in: `python -m scripts.benching.files FORMAT NUMBER PATH` makes one.

The file is made in a process of its own, so that only the import counts in the memory of the one that is measured.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from scripts.benching.corpus import Made, make, read_sources

if TYPE_CHECKING:
    from scripts.benching.run import Place

FORMATS = {"ris": "RIS", "bibtex": "BibTeX", "pubmed_xml": "PubMed XML"}
MEMORY_TARGET = 300  # MB, for 10,000 records


def write(kind: str, number: int, path: Path) -> None:
    """Effect: a file of this many made papers, each with a DOI and an abstract."""
    from studies.sample_files import FOLDER

    begin, render, end = _KINDS[kind]
    with path.open("w", encoding="utf-8") as file:
        file.write(begin)
        for made in make(read_sources(FOLDER, None), number):
            file.write(render(made))
        file.write(end)


def _record(made: Made) -> Any:
    from studies.names import parse_names
    from studies.records import Record

    authors = tuple(parse_names(made.authors))
    journal = made.fields["journal"]
    return Record(
        title=made.fields["title"], authors=authors, journal=journal, year=made.year, doi=f"10.5555/{made.number}"
    )


def _ris(made: Made) -> str:
    from studies.formats import ris

    return ris.render(_record(made)).replace("ER  - ", f"AB  - {_abstract(made)}\r\nER  - ")


def _bibtex(made: Made) -> str:
    from studies.formats import bibtex

    entry = bibtex.render(_record(made)).removesuffix("\n}\n")
    return f"{entry},\n  abstract = {{{bibtex.escape(_abstract(made))}}}\n}}\n"


def _pubmed(made: Made) -> str:
    names = "".join(f"<Author><LastName>{escape(name)}</LastName></Author>" for name in made.authors)
    date = f"<JournalIssue><PubDate><Year>{made.year}</Year></PubDate></JournalIssue>"
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{made.number + 1}</PMID><Article><Journal>{date}"
        f"<Title>{escape(made.fields['journal'])}</Title></Journal><ArticleTitle>{escape(made.fields['title'])}</ArticleTitle>"
        f"<Abstract><AbstractText>{escape(_abstract(made))}</AbstractText></Abstract><AuthorList>{names}</AuthorList>"
        f"</Article></MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType='doi'>10.5555/{made.number}</ArticleId>"
        "</ArticleIdList></PubmedData></PubmedArticle>\n"
    )


def _abstract(made: Made) -> str:
    """That of the paper, or its title three times over, so that every record has about the weight of a real one."""
    return made.abstract or " ".join([made.fields["title"] + "."] * 3)


_XML = "<?xml version='1.0' encoding='utf-8'?>\n<PubmedArticleSet>\n"
_KINDS: Mapping[str, tuple[str, Callable[[Made], str], str]] = {
    "ris": ("", _ris, ""),
    "bibtex": ("", _bibtex, ""),
    "pubmed_xml": (_XML, _pubmed, "</PubmedArticleSet>\n"),
}


def file_import(path: str) -> dict[str, Any]:
    """Seconds of reading alone, of a trial and of the import of a file, and the memory the process came to, in MB."""
    from studies.formats.readers.detection import open_file
    from studies.importing import import_files

    source = [("file", Path(path))]
    reading, read = _timed(lambda: sum(1 for _ in open_file(Path(path))[1]))
    trial, _ = _timed(lambda: import_files(source, dry_run=True))
    writing, (report,) = _timed(lambda: import_files(source))
    return {
        "records": read,
        "megabytes": Path(path).stat().st_size / 1e6,
        "reading": reading,
        "trial": trial,
        "writing": writing,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "counts": report.outcome.counts,
        "fault": report.fault,
    }


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = act()
    return time.perf_counter() - started, found


QUESTIONS: dict[str, Callable[..., Any]] = {"file_import": file_import}


def measured(place: "Place", number: int, kind: str) -> dict[str, Any]:
    """The import of one made file into the empty database of `place`."""
    path = Path(place.environment["ATLAS_DATA_DIR"]) / f"made.{kind}"
    place.python("-m", "scripts.benching.files", kind, str(number), str(path))
    place.python("manage.py", "migrate", "--verbosity", "0")
    return place.ask("file_import", str(path))


def table_rows(files: Mapping[str, Mapping[str, Any]]) -> Iterator[list[str]]:
    """One row for each file and database: what was measured, in words."""
    for name, found in files.items():
        kind, _, engine = name.partition(" ")
        rates = [f"{found['records'] / found[part]:,.0f}" for part in ("reading", "trial", "writing")]
        memory = found["memory"]
        verdict = "met" if memory <= MEMORY_TARGET else f"missed by {memory / MEMORY_TARGET - 1:.0%}"
        yield [
            FORMATS[kind], engine, f"{found['records']:,}", f"{found['megabytes']:.1f}", *rates, f"{memory:.0f} MB",
            f"≤ {MEMORY_TARGET} MB, {verdict}",
        ]  # fmt: skip


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
    django.setup()
    write(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
