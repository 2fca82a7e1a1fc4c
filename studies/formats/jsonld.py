"""What a page says to machines in the words of schema.org. Pure; the choices stand in docs/data.md.

A page about a paper is not the paper: the page's own text is an `Article` of the atlas, and the paper is a node of its own,
the only one that has the paper's authors.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from studies.records import Collective, Record

Node = dict[str, Any]

CONTEXT = "https://schema.org"
MOST_AUTHORS = 12  # a page stays small; every file of the study has them all
TEXTS_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CONDITION: Node = {
    "@type": "MedicalCondition",
    "name": "ME/CFS",
    "sameAs": "https://www.wikidata.org/wiki/Q209733",
}
# Publication types of the Medical Subject Headings, by the slug of the study design.
PUBLICATION_TYPES = {
    "systematic_review": "Systematic Review",
    "guideline": "Guideline",
    "randomised_trial": "Randomized Controlled Trial",
    "non_randomised_trial": "Clinical Trial",
    "cohort": "Observational Study",
    "case_control": "Observational Study",
    "cross_sectional": "Observational Study",
    "case_report": "Case Reports",
    "narrative_review": "Review",
    "protocol": "Clinical Trial Protocol",
    "commentary": "Comment",
}
WORK_STATUS = {
    "retracted": "Retracted",
    "withdrawn": "Withdrawn",
    "expression_of_concern": "Published, with an expression of concern",
    "corrected": "Published, corrected",
}


def script(nodes: Sequence[Node]) -> str:
    """The graph as the text of a `<script>`: nothing in it can end the element, and it is valid in XML too."""
    text = json.dumps({"@context": CONTEXT, "@graph": nodes}, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def organisation(site: str, name: str) -> Node:
    """`site` is the address of the atlas without a slash at its end."""
    return {"@type": "Organization", "@id": f"{site}/#org", "name": name}


def website(site: str, name: str) -> Node:
    return {"@type": "WebSite", "@id": f"{site}/#site", "name": name}


def breadcrumbs(address: str, trail: Sequence[tuple[str, str]]) -> Node:
    """`trail` from the top down, each with its full address; the page itself is the last."""
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": where}
        for place, (name, where) in enumerate(trail, 1)
    ]
    return {"@type": "BreadcrumbList", "@id": f"{address}#crumbs", "itemListElement": items}


def paper(record: Record, *, design: str) -> Node:
    """The paper: what only it has, its authors and its retraction among it. Its `@id` is its DOI where it has one."""
    node: Node = {
        "@type": "MedicalScholarlyArticle",
        "@id": paper_id(record),
        "name": record.title,
        "author": [_author(author) for author in record.authors[:MOST_AUTHORS]],
        "datePublished": record.date,
        "isPartOf": _journal(record),
        "pagination": record.pages,
        "identifier": _identifiers(record),
        "url": f"https://doi.org/{record.doi}" if record.doi else "",
        "sameAs": f"https://pubmed.ncbi.nlm.nih.gov/{record.pmid}/" if record.pmid else "",
        "inLanguage": record.language,
        "publicationType": PUBLICATION_TYPES.get(design, ""),
        "creativeWorkStatus": WORK_STATUS.get(record.retraction_status, ""),
        "correction": f"https://doi.org/{record.retraction_notice_doi}" if record.retraction_notice_doi else "",
    }
    return filled(node)


def paper_id(record: Record) -> str:
    return f"https://doi.org/{record.doi}" if record.doi else f"{record.atlas_url}#paper"


def filled(node: Mapping[str, Any]) -> Node:
    """Without what is empty."""
    return {name: value for name, value in node.items() if value not in ("", None, [], {})}


def _author(author: object) -> Node:
    if isinstance(author, Collective):
        return {"@type": "Organization", "name": author.name}
    orcid = getattr(author, "orcid", "")
    return filled(
        {
            "@type": "Person",
            "familyName": getattr(author, "family", ""),
            "givenName": getattr(author, "given", ""),
            "sameAs": f"https://orcid.org/{orcid}" if orcid else "",
        }
    )


def _journal(record: Record) -> Node:
    """Journal, volume and issue, from the issue outwards as far as they are known."""
    whole = filled({"@type": "Periodical", "name": record.journal, "issn": record.issn})
    if len(whole) == 1:
        return {}
    if record.volume:
        whole = {"@type": "PublicationVolume", "volumeNumber": record.volume, "isPartOf": whole}
    if record.issue:
        whole = {"@type": "PublicationIssue", "issueNumber": record.issue, "isPartOf": whole}
    return whole


def _identifiers(record: Record) -> list[Node]:
    known = {"doi": record.doi, "pmid": record.pmid, "pmcid": record.pmcid}
    return [{"@type": "PropertyValue", "propertyID": name, "value": value} for name, value in known.items() if value]
