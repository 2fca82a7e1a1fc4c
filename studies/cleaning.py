"""What staff propose, brought into the canonical shapes of a snapshot; everything that does not fit is said at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from studies.canonical import canonical
from studies.errors import Problems
from studies.identifiers import (
    IdentifierError,
    normalise_doi,
    normalise_orcid,
    normalise_pmcid,
    normalise_pmid,
)
from studies.models import CaseDefinition, Study, StudyLink, Topic
from studies.snapshots import FIELDS, LIFE, SORTED_WORDS
from studies.vocabulary import Basis, FlagKind, LinkType, Locator, Role

# What follows from other values is never proposed; the abstract is the source's.
DERIVED = frozenset({"pem", "pem_rule", "provenance"})
PROPOSABLE = tuple(name for name in FIELDS if name not in LIFE | DERIVED | {"abstract"})

IDENTIFIERS: Mapping[str, Callable[[str], str]] = {
    "doi": normalise_doi,
    "preprint_doi": normalise_doi,
    "retraction_notice_doi": normalise_doi,
    "pmid": normalise_pmid,
    "pmcid": normalise_pmcid,
}


class _Wrong(ValueError):
    """One value does not fit; the message is a sentence about it."""


def cleaned(study_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical values of these fields; None where one becomes empty. Raises Problems with a sentence for each misfit.

    Takes canonical values, and what forms give: dates, true and false, numbers as text, text with blanks round it.
    """
    found: dict[str, Any] = {}
    problems = []
    for name, value in values.items():
        try:
            found[name] = _clean(study_id, name, value)
        except (_Wrong, IdentifierError) as error:
            problems.append(f"{_label(name)}: {error}")
        except ValidationError as error:
            problems.extend(f"{_label(name)}: {message}" for message in error.messages)
    if problems:
        raise Problems(problems)
    return found


def _clean(study_id: int, name: str, value: Any) -> Any:
    if name not in PROPOSABLE:
        raise _Wrong("This cannot be proposed.")
    if name in _ROWS:
        rows = _as_list(value)
        result: Any = _ROWS[name](study_id, rows)
    else:
        result = _column(name, value)
    return None if result in (None, "", []) else result


def _column(name: str, value: Any) -> Any:
    field: Any = Study._meta.get_field(name)
    if isinstance(field, models.BooleanField):
        return _yes_or_no(value)
    if isinstance(field, models.JSONField):
        return _sentences(field, name, value)
    text = value.isoformat() if isinstance(value, date) else str("" if value is None else value).strip()
    if not text:
        return _emptied(field)
    if name in IDENTIFIERS:
        text = IDENTIFIERS[name](text)
    result = field.clean(text, None)
    return result.isoformat() if isinstance(result, date) else result


def _emptied(field: models.Field[Any, Any]) -> None:
    if not field.blank:
        raise _Wrong("This cannot be empty.")


def _yes_or_no(value: Any) -> str:
    known = {True: "yes", False: "no", "yes": "yes", "no": "no"}
    if not isinstance(value, bool | str) or value not in known:
        raise _Wrong("Say yes or no.")
    return known[value]


def _sentences(field: models.Field[Any, Any], name: str, value: Any) -> list[str]:
    items = [str(item).strip() for item in _as_list(value)]
    items = [item for item in items if item]
    if items:
        field.clean(items, None)
    return sorted(set(items)) if name in SORTED_WORDS else items


def _authors(study_id: int, rows: Sequence[Any]) -> list[dict[str, str]]:
    return [_author(_texts(row, "family", "given", "collective", "orcid")) for row in rows]


def _author(row: dict[str, str]) -> dict[str, str]:
    if "collective" in row and ("family" in row or "given" in row):
        raise _Wrong("An author is a person or a group, not both.")
    if "collective" not in row and "family" not in row:
        raise _Wrong("An author needs a family name, or the name of a group.")
    return row | ({"orcid": normalise_orcid(row["orcid"])} if "orcid" in row else {})


def _topics(study_id: int, rows: Sequence[Any]) -> list[str]:
    slugs = sorted({str(slug) for slug in rows})
    _known(slugs, Topic.objects.filter(slug__in=slugs).values_list("slug", flat=True), "topic")
    return slugs


def _definitions(study_id: int, rows: Sequence[Any]) -> list[dict[str, str]]:
    clean = [_texts(row, "definition", "role", "cohort", "modification", "quote", "locator", "basis") for row in rows]
    slugs = sorted({row.get("definition", "") for row in clean})
    _known(slugs, CaseDefinition.objects.filter(slug__in=slugs).values_list("slug", flat=True), "case definition")
    for row in clean:
        _one_of(row, "role", Role.values)
        _one_of(row, "basis", Basis.values)
        _one_of(row, "locator", ["", *Locator.values])
    _once([(row["definition"], row.get("cohort"), row["role"]) for row in clean], "definition, group and role")
    return sorted(clean, key=canonical)


def _flags(study_id: int, rows: Sequence[Any]) -> list[dict[str, str]]:
    clean = [_texts(row, "kind", "reason", "link") for row in rows]
    for row in clean:
        _one_of(row, "kind", FlagKind.values)
        if "reason" not in row:
            raise _Wrong("A notice needs its reason.")
        if "link" in row:
            models.URLField(max_length=500).clean(row["link"], None)
    _once([row["kind"] for row in clean], "kind of notice")
    return sorted(clean, key=canonical)


def _links(study_id: int, rows: Sequence[Any]) -> list[dict[str, Any]]:
    clean = []
    for row in rows:
        texts = _texts(row, "study", "type")
        _one_of(texts, "type", LinkType.values)
        clean.append({"study": _linked(study_id, texts.get("study", ""), texts["type"]), "type": texts["type"]})
    _once([(row["study"], row["type"]) for row in clean], "link")
    return sorted(clean, key=canonical)


def _linked(study_id: int, text: str, kind: str) -> int:
    """The id of the other study, given by id or slug."""
    matches = (
        Study.objects.filter(pk=int(text)) if text.isascii() and text.isdigit() else Study.objects.filter(slug=text)
    )
    other = matches.first()
    if other is None:
        raise _Wrong(f"There is no study {text!r}.")
    if other.pk == study_id:
        raise _Wrong("A study cannot be linked to itself.")
    if kind == LinkType.SHARES_PARTICIPANTS and other.pk < study_id:
        raise _Wrong(f"Propose this link on the other study, “{other.title}”; it shows on both pages.")
    if StudyLink.objects.filter(source=other, target=study_id, type=kind).exists():
        raise _Wrong(f"“{other.title}” has this link to this study already; it shows on both pages.")
    return other.pk


def _responses(study_id: int, rows: Sequence[Any]) -> list[dict[str, str]]:
    clean = []
    for row in rows:
        text = _texts(row, "text").get("text")
        if not text:
            raise _Wrong("A response needs its text.")
        clean.append({"text": text, "verified": _yes_or_no(row.get("verified", "no"))})
    return clean


def _as_list(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    if not isinstance(value, list | tuple):
        raise _Wrong("This is a list.")
    return list(value)


def _texts(row: Any, *names: str) -> dict[str, str]:
    """These keys of a row as text without blanks round it, and without the empty ones."""
    if not isinstance(row, Mapping):
        raise _Wrong("Each line is an object.")
    found = {name: str(row[name]).strip() for name in names if row.get(name) is not None}
    return {name: text for name, text in found.items() if text}


def _one_of(row: Mapping[str, str], name: str, values: Sequence[str]) -> None:
    if row.get(name, "") not in values:
        raise _Wrong(f"{name} is {row.get(name, '')!r}, which is not known.")


def _known(slugs: Sequence[str], known: Any, what: str) -> None:
    unknown = sorted(set(slugs) - set(known))
    if unknown:
        raise _Wrong(f"Unknown {what}: {', '.join(unknown)}.")


def _once(keys: Sequence[Any], what: str) -> None:
    if len(set(keys)) < len(keys):
        raise _Wrong(f"The same {what} stands twice.")


def _label(name: str) -> str:
    words = {field.name: str(getattr(field, "verbose_name", "")) for field in Study._meta.get_fields()}
    text = words.get(name) or name.replace("_", " ")
    return text[:1].upper() + text[1:]


_ROWS: Mapping[str, Callable[[int, Sequence[Any]], Any]] = {
    "authors": _authors,
    "topics": _topics,
    "definitions": _definitions,
    "flags": _flags,
    "links": _links,
    "author_responses": _responses,
}
