"""A paper as JSON and back, so that what a source said outlives the draft that was made of it. Pure.

What is empty is left out. A name that a later version of the atlas does not know any more is passed over in reading.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from studies.incoming import Incoming, Summary
from studies.records import Author, Collective, Person, Record, Relation

DATES = frozenset({"retraction_on", "atlas_changed_on"})
_USUAL = {field.name: field.default for field in fields(Record)}


def to_data(paper: Incoming) -> dict[str, Any]:
    """`record`, `source`, `license_url` and `abstract` of a paper that a source gave; a coding is no part of it."""
    record = {name: _plain(value) for name in _USUAL if (value := getattr(paper.record, name)) != _USUAL[name]}
    data: dict[str, Any] = {"record": record, "source": paper.source}
    if paper.license_url:
        data["license_url"] = paper.license_url
    if paper.abstract:
        data["abstract"] = {
            "sections": [list(section) for section in paper.abstract.sections],
            **{name: getattr(paper.abstract, name) for name in ("license", "license_url", "source")},
        }
    return data


def from_data(data: Mapping[str, Any]) -> Incoming:
    """The paper that `to_data` wrote."""
    abstract = data.get("abstract")
    return Incoming(
        record=record_from(data["record"]),
        source=data["source"],
        license_url=data.get("license_url", ""),
        abstract=_summary(abstract) if abstract else None,
    )


def record_from(data: Mapping[str, Any]) -> Record:
    """The bibliography alone, from the value of `record`."""
    return Record(**{name: _read(name, value) for name, value in data.items() if name in _USUAL})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Person | Collective | Relation):
        parts = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {name: part for name, part in parts.items() if part}
    return value


def _read(name: str, value: Any) -> Any:
    if name == "authors":
        return tuple(_author(each) for each in value)
    if name == "relations":
        return tuple(_relation(each) for each in value)
    if name in DATES:
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def _author(data: Mapping[str, str]) -> Author:
    if "name" in data:
        return Collective(data["name"])
    return Person(data.get("family", ""), data.get("given", ""), data.get("orcid", ""))


def _relation(data: Mapping[str, str]) -> Relation:
    on = date.fromisoformat(data["on"]) if data.get("on") else None
    return Relation(data["kind"], data.get("doi", ""), data.get("pmid", ""), data.get("text", ""), on)


def _summary(data: Mapping[str, Any]) -> Summary:
    sections = tuple((label, text) for label, text in data["sections"])
    return Summary(sections, data["license"], data["license_url"], data["source"])
