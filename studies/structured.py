"""The graph of each kind of page, in the words of schema.org (studies/formats/jsonld.py). Asks the database for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from studies import addresses
from studies.canonical import timestamp
from studies.formats import jsonld
from studies.formats.jsonld import Node
from studies.formats.notes import SAMPLE, mark, marked_title

if TYPE_CHECKING:
    from studies.dumping.releases import Release
    from studies.models import CaseDefinition, Study
    from studies.paging import Pages
    from studies.reading import StudyPage

NAME = "ME/CFS Study Atlas"
WHAT = "Published ME/CFS studies in plain words: what was found, in whom, how sure it is, and what it does not prove."
Trail = Sequence[tuple[str, str]]


def of_study(page: StudyPage, trail: Trail) -> SafeString:
    """The page, the atlas's own text (where it has one), and the paper that it is about."""
    study, record = page.study, page.record
    here = record.atlas_url
    paper = {"@id": jsonld.paper_id(record)}
    about = [paper, jsonld.CONDITION]
    node = jsonld.filled(
        {
            "@type": ["WebPage", "MedicalWebPage"],
            "@id": f"{here}#page",
            "url": here,
            "isPartOf": _site(),
            "breadcrumb": {"@id": f"{here}#crumbs"},
            "mainEntity": {"@id": f"{here}#text"} if study.has_texts else paper,
            "about": "" if study.has_texts else about,
        }
    )
    own = [_text_of(page, about)] if study.has_texts else []
    terms = {row.definition.slug: _named(row.definition) for cohort in page.proof.cohorts for row in cohort.rows}
    nodes = [node, *own, jsonld.paper(record, design=study.design), *(terms.values() if own else ())]
    return _drawn([*nodes, jsonld.breadcrumbs(here, _full([*trail, ("This study", study.get_absolute_url())]))])


def _text_of(page: StudyPage, about: list[Node]) -> Node:
    """The atlas's text: its author is the atlas, never an author of the paper. The limit stands with the finding."""
    study, record = page.study, page.record
    paper = {"@id": jsonld.paper_id(record)}
    slugs = dict.fromkeys(row.definition.slug for cohort in page.proof.cohorts for row in cohort.rows)
    return jsonld.filled(
        {
            "@type": "Article",
            "@id": f"{record.atlas_url}#text",
            "headline": f"In plain language: {marked_title(record)}"[:200],
            "abstract": _finding(page),
            "author": {"@id": _id("org")},
            "publisher": {"@id": _id("org")},
            "datePublished": timestamp(study.published_at) if study.published_at else "",
            "dateModified": timestamp(study.changed_at) if study.changed_at else "",
            "version": str(study.version),
            "license": jsonld.TEXTS_LICENCE,
            "isAccessibleForFree": True,
            "isBasedOn": paper,
            "citation": paper,
            "about": about,
            "mentions": [{"@id": _term_id(slug)} for slug in slugs],
        }
    )


def _finding(page: StudyPage) -> str:
    """The finding with all that must stand beside it, in one text: programs take it whole."""
    limit = f"Main limit: {page.study.main_limitation}"
    sample = f" {SAMPLE}." if page.study.is_sample else ""
    notices = "".join(f" {line}" for line in page.record.notices)
    return f"{mark(page.record)}{page.study.key_point} {page.record.pem_label}. {limit}{notices}{sample}"


def of_definition(definition: CaseDefinition, studies: Iterable[Study], pages: Pages) -> SafeString:
    """The definition as a term of the set of all, and the studies of this page that applied it."""
    here = settings.ATLAS_URL + _at(definition.get_absolute_url(), pages)
    whole = settings.ATLAS_URL + reverse("studies:definitions")
    terms = {"@type": "DefinedTermSet", "@id": f"{whole}#terms", "name": "Case definitions of ME/CFS", "url": whole}
    trail = [("Case definitions", reverse("studies:definitions")), (definition.name, definition.get_absolute_url())]
    page = _collection(here, definition.name, _addresses(studies), pages.start + 1) | {
        "about": {"@id": _term_id(definition.slug)}
    }
    return _drawn([page, _term(definition), terms, jsonld.breadcrumbs(here, _full(trail))])


def of_shelf(path: str, name: str, studies: Iterable[Study], pages: Pages, trail: Trail = ()) -> SafeString:
    """A page of a list of studies; `path` is that of its first page, `trail` what stands above it."""
    return of_list(_at(path, pages), name, _addresses(studies), trail, first=pages.start + 1)


def of_list(path: str, name: str, addresses: Iterable[str], trail: Trail = (), *, first: int = 1) -> SafeString:
    """A page that lists other pages; `path` is its own, `addresses` are theirs, `first` is the place of the first of them."""
    here = settings.ATLAS_URL + path
    page = _collection(here, name, addresses, first)
    return _drawn([page, jsonld.breadcrumbs(here, _full([*trail, (name, path)]))])


def of_whole_list(path: str, name: str, addresses: Iterable[str]) -> SafeString:
    """A page of the list of all studies, in few bytes: that page has twenty cards and all filters to carry already.

    Its items are named by their addresses within the site, in the order of the page.
    """
    items = [{"@id": address} for address in addresses]
    page = {
        "@type": "CollectionPage",
        "url": settings.ATLAS_URL + path,
        "name": name,
        "inLanguage": "en",
        "mainEntity": {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items},
    }
    return mark_safe(jsonld.script([page]))  # noqa: S308 - `script` escapes what could end the element


def of_home() -> SafeString:
    site = {
        "@id": _id("site"),
        "@type": "WebSite",
        "description": WHAT,
        "inLanguage": "en",
        "license": jsonld.TEXTS_LICENCE,
    }
    return _drawn([site | {"publisher": {"@id": _id("org")}}])


def of_releases(releases: Sequence[Release]) -> SafeString:
    """The data of the atlas: the newest release as the dataset, with its files."""
    here = settings.ATLAS_URL + reverse("studies:data")
    node: Node = {
        "@type": "Dataset",
        "@id": f"{here}#data",
        "name": f"{NAME}: all public data",
        "description": "Every published study of the atlas with its coding, texts and limits, and the whole history of changes.",
        "url": here,
        "license": jsonld.TEXTS_LICENCE,
        "creator": {"@id": _id("org")},
        "isAccessibleForFree": True,
        "about": jsonld.CONDITION,
    }
    if releases:
        newest = releases[0]
        node |= {
            "version": newest.name,
            "distribution": [_download(newest, file) for file in ("atlas.sqlite", "studies.jsonl.gz")],
        }
        node |= {"dateModified": newest.changed_at} if newest.changed_at else {}
    return _drawn([node])


def _download(release: Release, file: str) -> Node:
    formats = {"atlas.sqlite": "application/vnd.sqlite3", "studies.jsonl.gz": "application/gzip"}
    address = settings.ATLAS_URL + reverse("studies:release_file", args=[release.name, file])
    return {"@type": "DataDownload", "contentUrl": address, "encodingFormat": formats[file]}


def _at(path: str, pages: Pages) -> str:
    """The address of this page of a list: the first has that of the list."""
    return path + (f"?page={pages.number}" if pages.number > 1 else "")


def _addresses(studies: Iterable[Study]) -> list[str]:
    return [study.get_absolute_url() for study in studies]


def _collection(here: str, name: str, addresses: Iterable[str], first: int) -> Node:
    items = [
        {"@type": "ListItem", "position": place, "url": settings.ATLAS_URL + address}
        for place, address in enumerate(addresses, first)
    ]
    return {
        "@type": "CollectionPage",
        "@id": f"{here}#page",
        "url": here,
        "name": name,
        "inLanguage": "en",
        "isPartOf": _site(),
        "breadcrumb": {"@id": f"{here}#crumbs"},
        "mainEntity": {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items},
    }


def _named(definition: CaseDefinition) -> Node:
    """Its own page says the rest."""
    return {"@type": "DefinedTerm", "@id": _term_id(definition.slug), "name": definition.name}


def _term(definition: CaseDefinition) -> Node:
    whole = settings.ATLAS_URL + reverse("studies:definitions")
    return {
        "@type": "DefinedTerm",
        "@id": _term_id(definition.slug),
        "name": definition.name,
        "termCode": definition.slug,
        "url": settings.ATLAS_URL + definition.get_absolute_url(),
        "inDefinedTermSet": f"{whole}#terms",
    }


def _term_id(slug: str) -> str:
    return settings.ATLAS_URL + addresses.with_slug("studies:definition", slug) + "#term"


def _id(name: str) -> str:
    return f"{settings.ATLAS_URL}/#{name}"


def _site() -> Node:
    return {"@id": _id("site")}


def _full(trail: Trail) -> list[tuple[str, str]]:
    return [(str(name), settings.ATLAS_URL + path) for name, path in [("Home", reverse("studies:home")), *trail]]


def _drawn(nodes: list[Any]) -> SafeString:
    """With the nodes that every page refers to; safe within a script element, see `jsonld.script`."""
    whose = [jsonld.website(settings.ATLAS_URL, NAME), jsonld.organisation(settings.ATLAS_URL, NAME)]
    return mark_safe(jsonld.script([*nodes, *whose]))  # noqa: S308 - `script` escapes what could end the element
