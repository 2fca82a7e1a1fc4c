"""Typed links of a study's page for programs that find their way by them (signposting.org/FAIR, RFC 8288).

`cite-as` is the atlas's own permanent address: the page is about a paper, it is not the paper (docs/data.md). What describes
the paper says so by its anchor.
"""

from __future__ import annotations

from studies.formats import bibtex, commonmark, csl, ris, study_json
from studies.formats.link_header import Link
from studies.models import Study

TEXTS_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
OF_PAPER = {each.SUFFIX: each.MEDIA_TYPE for each in (csl, ris, bibtex)}


def of_study(study: Study, *, here: str) -> list[Link]:
    """`here` is the full address of the study's page."""
    entry = here.rstrip("/")
    links = [
        Link(here, "cite-as"),
        Link("https://schema.org/AboutPage", "type"),
        Link("https://schema.org/Article" if study.has_texts else "https://schema.org/WebPage", "type"),
        Link(TEXTS_LICENCE, "license"),
        Link(f"{entry}.json", "describedby", type=study_json.MEDIA_TYPE),
        Link(f"{entry}.md", "alternate", type=commonmark.MEDIA_TYPE),
    ]
    if study.doi:
        paper = f"https://doi.org/{study.doi}"
        links.append(Link(paper, "about"))
        links += [
            Link(f"{entry}.{suffix}", "describedby", type=kind, anchor=paper) for suffix, kind in OF_PAPER.items()
        ]
    return links
