"""What the form of a draft holds as it stands in the browser, as a snapshot: nothing of it needs to be saved, or valid.

A field that could not be read counts with its stored value; its own error says so beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from studies import quotes
from studies.admin.fields import read_sections
from studies.backing import Sections, stored_abstract
from studies.cleaning import PROPOSABLE, cleaned
from studies.errors import Problems
from studies.models import Abstract, Author, Study, StudyDefinition, StudyLink
from studies.snapshots import FIELDS, Snapshot, current

NOT_COLUMNS = frozenset({"authors", "topics", "definitions", "flags", "links", "author_responses"})


def typed_values(study: Study | None, form: Any, formsets: Iterable[Any]) -> Snapshot:
    """The snapshot that saving this form would give, the derived badge aside. `form` and `formsets` were validated."""
    base: Mapping[str, Any] = current([study.pk])[study.pk] if study else {"slug": "", "state": "draft"}
    found = dict(base) | _columns(study, form.cleaned_data) | _rows(formsets)
    if "topics" in form.cleaned_data:
        found["topics"] = sorted(topic.slug for topic in form.cleaned_data["topics"])
    return {name: found[name] for name in FIELDS if found.get(name) not in (None, "", [], {})} | {"slug": found["slug"]}


def typed_abstract(study: Study | None, formsets: Iterable[Any]) -> Sections:
    """The abstract in the form; the stored one where the form has none to edit."""
    for formset in formsets:
        if formset.model is Abstract:
            texts = [row.get("sections") or [] for row in _kept(formset)]
            return [part for part in (texts[0] if texts else []) if part["text"].strip()]
    return stored_abstract(study.pk if study else None)


def paper_typed(data: Mapping[str, Any], study: Study | None) -> quotes.Paper:
    """Title and abstract as a posted form holds them, in which its quotes are looked for; what it lacks is the stored one."""
    stored = study if study and study.pk else None
    title = data.get("title") or (stored.title if stored else "")
    if "abstract-0-sections" not in data:
        return quotes.Paper(title, stored_abstract(stored.pk if stored else None))
    sections = [] if data.get("abstract-0-DELETE") else read_sections(data["abstract-0-sections"])
    return quotes.Paper(title, [part for part in sections if part["text"].strip()])


def _columns(study: Study | None, typed: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: typed[name] for name in PROPOSABLE if name in typed and name not in NOT_COLUMNS}
    if "published" in typed:
        day, precision = typed["published"] or (None, "")
        values |= {"published_on": day, "published_precision": precision}
    found: dict[str, Any] = {}
    for name, value in values.items():
        try:
            found |= cleaned(study.pk if study else 0, {name: value})
        except Problems:  # it cannot be stored as it is; the form says so when it is saved
            continue
    return found


def _rows(formsets: Iterable[Any]) -> dict[str, Any]:
    read = {Author: ("authors", _author), StudyDefinition: ("definitions", _definition), StudyLink: ("links", _link)}
    found = {}
    for formset in formsets:
        if formset.model in read:
            name, one = read[formset.model]
            found[name] = [one(row) for row in _kept(formset)]
    return found


def _kept(formset: Any) -> list[dict[str, Any]]:
    """The rows that are filled in, valid and not ticked for deletion, in the order in which they would be stored."""
    rows = [form.cleaned_data for form in formset.forms if form.is_bound and form.is_valid() and form.cleaned_data]
    rows = [row for row in rows if not row.get("DELETE")]
    return sorted(rows, key=lambda row: row.get("order") or len(rows)) if formset.model is Author else rows


def _author(row: Mapping[str, Any]) -> dict[str, str]:
    return _filled(row, "family", "given", "collective", "orcid")


def _definition(row: Mapping[str, Any]) -> dict[str, str]:
    words = _filled(row, "role", "cohort", "modification", "quote", "locator", "basis")
    return {"definition": row["definition"].slug} | words


def _link(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"study": row["target"].pk, "type": row["type"]}


def _filled(row: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {name: str(row[name]) for name in names if row.get(name)}
