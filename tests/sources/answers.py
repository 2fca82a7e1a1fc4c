"""Papers in the words of PubMed, Crossref, Europe PMC, OpenAlex and Retraction Watch, as these services answer."""

import csv
import io
from xml.etree.ElementTree import Element, SubElement, tostring

from studies.records import Author, Collective, Record, Relation
from tests.sources.shelves import Held

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
REF_TYPES = {"retracted_by": "RetractionIn", "concern_in": "ExpressionOfConcernIn", "corrected_by": "ErratumIn"}
UPDATES = {"retracted_by": "retraction", "concern_in": "expression_of_concern", "corrected_by": "correction"}
EPMC_TYPES = {"retracted_by": "Retraction in", "concern_in": "Expression of concern in", "corrected_by": "Erratum in"}
NATURES = {"retracted_by": "Retraction", "concern_in": "Expression of concern", "corrected_by": "Correction"}
COLUMNS = (
    "Record ID,Title,Subject,Institution,Journal,Publisher,Country,Author,URLS,ArticleType,RetractionDate,RetractionDOI,"
    "RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason,Paywalled,Notes"
).split(",")


def pubmed_xml(papers: list[Held]) -> bytes:
    root = Element("PubmedArticleSet")
    for held in papers:
        _article(SubElement(root, "PubmedArticle"), held)
    return b'<?xml version="1.0" ?>\n' + tostring(root)


def _article(element: Element, held: Held) -> None:
    record = held.record
    citation = SubElement(element, "MedlineCitation", Status="MEDLINE")
    _text(citation, "PMID", record.pmid, Version="1")
    article = SubElement(citation, "Article", PubModel="Print")
    journal = SubElement(article, "Journal")
    _text(journal, "ISSN", record.issn)
    issue = SubElement(journal, "JournalIssue")
    _text(issue, "Volume", record.volume)
    _text(issue, "Issue", record.issue)
    when = SubElement(issue, "PubDate")
    _text(when, "Year", str(record.year or ""))
    _text(when, "Month", MONTHS[record.month - 1] if record.month else "")
    _text(when, "Day", str(record.day or ""))
    _text(journal, "Title", record.journal)
    _text(journal, "ISOAbbreviation", record.journal_abbreviation)
    _text(article, "ArticleTitle", record.title + ".")
    if record.pages:
        _text(SubElement(article, "Pagination"), "MedlinePgn", record.pages)
    _text(article, "ELocationID", record.doi, EIdType="doi", ValidYN="Y")
    abstract = SubElement(article, "Abstract") if held.abstract else None
    for label, text in held.abstract:
        _text(abstract, "AbstractText", text, **({"Label": label} if label else {}))
    people = SubElement(article, "AuthorList", CompleteYN="Y" if record.authors_complete else "N")
    for author in record.authors:
        _person(SubElement(people, "Author", ValidYN="Y"), author)
    _text(article, "Language", "eng")
    types = SubElement(article, "PublicationTypeList")
    _text(types, "PublicationType", "Journal Article")
    if any(relation.kind == "retracted_by" for relation in record.relations):
        _text(types, "PublicationType", "Retracted Publication")
    notes = SubElement(citation, "CommentsCorrectionsList") if record.relations else None
    for relation in record.relations:
        note = SubElement(notes, "CommentsCorrections", RefType=REF_TYPES[relation.kind])
        day = f"{relation.on.year} {MONTHS[relation.on.month - 1]} {relation.on.day}"
        _text(note, "RefSource", f"J Notices. {day};1(1):1. doi: {relation.doi}.")
        _text(note, "PMID", relation.pmid, Version="1")
    numbers = SubElement(SubElement(element, "PubmedData"), "ArticleIdList")
    for kind, value in (("pubmed", record.pmid), ("doi", record.doi), ("pmc", record.pmcid)):
        _text(numbers, "ArticleId", value, IdType=kind)


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    if text:
        SubElement(parent, name, attributes).text = text


def _person(element: Element, author: Author) -> None:
    if isinstance(author, Collective):
        _text(element, "CollectiveName", author.name)
        return
    _text(element, "LastName", author.family)
    _text(element, "ForeName", author.given)
    _text(element, "Identifier", author.orcid, Source="ORCID")


def crossref_work(held: Held) -> dict:
    record = held.record
    return {
        "DOI": record.doi.upper(),
        "type": "journal-article",
        "title": [record.title],
        "container-title": [record.journal],
        "ISSN": [record.issn] if record.issn else [],
        "volume": record.volume,
        "issue": record.issue,
        "page": record.pages,
        "language": "en",
        "author": [_crossref_author(author) for author in record.authors],
        "issued": _parts(record),
        "abstract": "".join(
            f"<jats:title>{label}</jats:title><jats:p>{text}</jats:p>" for label, text in held.abstract
        ),
        "updated-by": [_update(relation) for relation in record.relations],
        "relation": {},
    }


def _parts(record: Record) -> dict:
    return {"date-parts": [[part for part in (record.year, record.month, record.day) if part]]}


def _crossref_author(author: Author) -> dict:
    if isinstance(author, Collective):
        return {"name": author.name, "sequence": "additional"}
    names = {"family": author.family, "given": author.given, "sequence": "additional"}
    return {**names, "ORCID": f"http://orcid.org/{author.orcid}"} if author.orcid else names


def _update(relation: Relation) -> dict:
    kind = UPDATES[relation.kind]
    day = [relation.on.year, relation.on.month, relation.on.day]
    return {
        "DOI": relation.doi, "type": kind, "label": kind.capitalize(), "source": "publisher", "updated": {"date-parts": [day]},
    }  # fmt: skip


def europepmc_result(held: Held) -> dict:
    record = held.record
    types = ["Journal Article"]
    if any(relation.kind == "retracted_by" for relation in record.relations):
        types.append("Retracted Publication")
    return {
        "id": record.pmid, "source": "MED", "pmid": record.pmid, "pmcid": record.pmcid, "doi": record.doi,
        "title": record.title + ".",
        "authorList": {"author": [_europepmc_author(author) for author in record.authors]},
        "journalInfo": {
            "volume": record.volume, "issue": record.issue, "yearOfPublication": record.year,
            "monthOfPublication": record.month or 0, "journal": {"title": record.journal, "issn": record.issn},
        },
        "pubYear": str(record.year or ""), "pageInfo": record.pages, "language": "eng",
        "firstPublicationDate": "-".join(f"{part:02}" for part in (record.year, record.month, record.day) if part),
        "abstractText": "".join(f"<h4>{label}</h4>{text}" if label else text for label, text in held.abstract),
        "pubTypeList": {"pubType": types},
        "commentCorrectionList": {"commentCorrection": [
            _europepmc_note(relation) for relation in record.relations
        ]},
    }  # fmt: skip


def _europepmc_note(relation: Relation) -> dict:
    kind, reference = EPMC_TYPES[relation.kind], f"J Notices. doi: {relation.doi}"
    return {"id": relation.pmid, "source": "MED", "type": kind, "reference": reference}


def _europepmc_author(author: Author) -> dict:
    if isinstance(author, Collective):
        return {"collectiveName": author.name}
    orcid = {"authorId": {"type": "ORCID", "value": author.orcid}} if author.orcid else {}
    return {
        "fullName": f"{author.family} {author.given}",
        "lastName": author.family,
        "firstName": author.given,
        **orcid,
    }


def openalex_work(held: Held) -> dict:
    record = held.record
    places: dict[str, list[int]] = {}
    for place, word in enumerate(" ".join(text for _, text in held.abstract).split()):
        places.setdefault(word, []).append(place)
    first, _, last = record.pages.partition("-")
    return {
        "id": f"https://openalex.org/W{record.pmid}",
        "doi": f"https://doi.org/{record.doi}",
        "title": record.title,
        "publication_year": record.year,
        "publication_date": f"{record.year}-{record.month or 1:02}-{record.day or 1:02}",
        "ids": {"doi": f"https://doi.org/{record.doi}", "pmid": f"https://pubmed.ncbi.nlm.nih.gov/{record.pmid}"},
        "language": "en",
        "type": "article",
        "is_retracted": any(relation.kind == "retracted_by" for relation in record.relations),
        "primary_location": {"source": {"display_name": record.journal, "issn_l": record.issn or None, "type": "journal"}},
        "biblio": {"volume": record.volume, "issue": record.issue, "first_page": first, "last_page": last},
        "authorships": [_authorship(author) for author in record.authors],
        "abstract_inverted_index": places or None,
    }  # fmt: skip


def _authorship(author: Author) -> dict:
    spoken = author.name if isinstance(author, Collective) else f"{author.given} {author.family}".strip()
    return {"raw_author_name": spoken, "author": {"display_name": spoken}}


def retraction_watch_csv(papers: list[Held]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, COLUMNS, restval="")
    rows.writeheader()
    noticed = [(held, relation) for held in papers for relation in held.record.relations]
    for number, (held, relation) in enumerate(noticed, start=1):
        rows.writerow(
            {
                "Record ID": number,
                "Title": held.record.title,
                "Journal": held.record.journal,
                "RetractionDate": f"{relation.on.month}/{relation.on.day}/{relation.on.year} 0:00",
                "RetractionDOI": relation.doi,
                "RetractionPubMedID": relation.pmid or "0",
                "OriginalPaperDOI": held.record.doi,
                "OriginalPaperPubMedID": held.record.pmid or "0",
                "RetractionNature": NATURES[relation.kind],
                "Reason": "Error in Data;",
            }
        )
    return text.getvalue().encode()
