"""Drafted texts: studies with classification, case definitions and reader texts, in the shape of the sample studies. Pure.

Each object holds `bibliography`, `texts`, `design`, `case_definitions` and the rest of `docs/importing.md`, and `drafter` with
`model` and `version` where a machine wrote the texts. They enter as drafts and pass the same review as any other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from studies.formats.readers.encoding import opened
from studies.formats.readers.json_values import values
from studies.formats.readers.refusals import Refusal
from studies.identifiers import IdentifierError
from studies.incoming import LIST_TEXTS, TEXTS, Incoming, IncomingError, clean, read_coded

SOURCE = "File of drafted texts"
_HEAD = re.compile(rb'^\s*[\[{].*"(?:bibliography|drafter)"\s*:\s*\{', re.DOTALL)
_PAPER = ("journal", "journal_abbreviation", "issn", "volume", "issue", "pages", "language", "license_url")
_NUMBERS = ("doi", "pmid", "pmcid")
_LISTS = ("topics", "method_flags", "case_definitions", "pem_measured_by", "links")
_WORDS = ("population_label", "editor_notes")
_ROW = {"definition": "", "role": "", "cohort": "", "modification": "", "quote": "", "locator": ""}
_COMPULSORY = ("design", "basis")
_LONGEST_MODEL = 80


class _Unfit(ValueError):
    """The object is not of this shape; the message says where."""


def looks_like(head: bytes) -> bool:
    return bool(_HEAD.match(head))


def read(stream: BinaryIO) -> Iterator[Incoming | Refusal]:
    with opened(stream) as text:
        for number, (line, value) in enumerate(values(text.lines), start=1):
            yield _read(value, number, line)


def _read(value: Any, number: int, line: int) -> Incoming | Refusal:
    title = ""
    try:
        item = _object(value, "the record")
        title = clean(str(_object(item.get("bibliography"), "bibliography").get("title") or ""))
        whole = _whole(item)
        return _from_here(read_coded(whole), _machine(item))
    except (_Unfit, IncomingError, IdentifierError) as error:
        return Refusal(number, f"{error}", title=title[:300], line=line)
    except (AttributeError, KeyError, TypeError, ValueError):
        return Refusal(number, "A part of it does not have the shape that is described.", title=title[:300], line=line)


def _from_here(paper: Incoming, machine: tuple[str, str]) -> Incoming:
    """Bibliography in such a file is the drafter's and is believed less than any source's."""
    coding = replace(paper.coding, machine=machine) if paper.coding else None
    abstract = replace(paper.abstract, source=SOURCE) if paper.abstract else None
    return replace(paper, source=SOURCE, coding=coding, abstract=abstract)


def _machine(item: Mapping[str, Any]) -> tuple[str, str]:
    drafter = _object(item.get("drafter") or {}, "drafter")
    model, version = clean(drafter.get("model")), clean(drafter.get("version"))
    if drafter.get("kind", "machine" if model else "person") == "machine" and not model:
        raise _Unfit("A machine drafted it, but `drafter` names no model.")
    if max(len(model), len(version)) > _LONGEST_MODEL:
        raise _Unfit(f"Model and version have at most {_LONGEST_MODEL} characters.")
    return model, version


def _whole(item: Mapping[str, Any]) -> dict[str, Any]:
    """The object with every part that may be left out in its empty form."""
    missing = [name for name in _COMPULSORY if not item.get(name)]
    if missing:
        raise _Unfit(f"It has no {' and no '.join(missing)}.")
    texts = _object(item.get("texts"), "texts")
    unknown = sorted(set(texts) - {*TEXTS, *LIST_TEXTS})
    if unknown:
        raise _Unfit(f"Unknown texts: {', '.join(unknown)}.")
    return {
        **item,
        **{name: item.get(name) or "" for name in _WORDS},
        **{name: item.get(name) or [] for name in _LISTS},
        **{name: item.get(name) or "not_classified" for name in ("peer_review", "evidence_level")},
        "patients": item.get("patients"),
        "controls": item.get("controls"),
        "pem_statement": item.get("pem_statement"),
        "case_definitions": [
            {**_ROW, **_object(row, "case_definitions")} for row in item.get("case_definitions") or []
        ],
        "texts": {name: texts.get(name) or ([] if name in LIST_TEXTS else "") for name in (*TEXTS, *LIST_TEXTS)},
        "bibliography": _paper(_object(item["bibliography"], "bibliography")),
    }


def _paper(paper: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **paper,
        **{name: paper.get(name) or "" for name in (*_PAPER, *_NUMBERS)},
        "language": paper.get("language") or "en",
        "published_on": paper.get("published_on") or "",
        "authors": paper.get("authors") or [],
        "abstract": [{"label": "", "text": "", **_object(part, "abstract")} for part in paper.get("abstract") or []],
    }


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _Unfit(f"{name} is missing or no object.")
    return value
