"""Rows for tests. No surprises: what is not given is empty, and numbers count up."""

from datetime import date
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from studies import publishing
from studies.models import Abstract, Arrival, Author, CaseDefinition, Study, StudyDefinition, Topic
from studies.snapshots import abstract_hash
from studies.vocabulary_desk import ArrivalState

_numbers = count(1)

TEXTS: dict[str, Any] = {
    "question": "Does the test tell people with ME/CFS from healthy people?",
    "key_point": "In this small study it did, but nobody has repeated it.",
    "main_limitation": "It does not show what causes the illness.",
    "summary": "The team looked at blood from people with ME/CFS.",
    "significance": "A blood test would help doctors.",
    "limitations": "The groups were small and from one clinic.",
    "basis": "abstract",
}
CODED: dict[str, Any] = {"design": "case_control", "definitions": [{"definition": "fukuda-1994"}]}


def make_user(*groups: str, username: str = "") -> User:
    """A user in these groups (triage, moderator, editor, lead), who may log in to the admin."""
    user = User.objects.create(username=username or f"person-{next(_numbers)}", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def make_study(**fields: Any) -> Study:
    """A draft with a title, a slug and a date, plus what is given.

    Besides columns of Study: `authors` (dicts, or "Family, Given"), `topics` (slugs), `definitions` (dicts of
    StudyDefinition's fields, `definition` a slug; role inclusion and basis abstract unless given), `abstract` (text,
    licence CC-BY).
    """
    rows = {name: fields.pop(name, []) for name in ("authors", "topics", "definitions")}
    abstract = fields.pop("abstract", "")
    number = next(_numbers)
    columns = {
        "title": f"A study of ME/CFS, number {number}",
        "slug": f"adams-2024-study-{number}",
        "published_on": date(2024, 5, 6),
        "published_precision": "day",
    }
    study = Study.objects.create(**(columns | fields))
    _add_rows(study, **rows)
    if abstract:
        sections = [{"label": "", "text": abstract}]
        Abstract.objects.create(study=study, sections=sections, license="CC-BY", sha256=abstract_hash(sections))
    return study


def make_arrival(**fields: Any) -> Arrival:
    """A paper in the inbox with its draft; one that was put aside (`state`, `reason`) has none."""
    number = next(_numbers)
    told = {name: fields.pop(name) for name in ("title", "journal", "doi", "pmid") if name in fields}
    record = {"title": f"A paper that arrived, number {number}", "pmid": str(700_000 + number), "year": 2026} | told
    columns = {"source": "pubmed", "source_id": record["pmid"], "title": record["title"], "arrived_at": timezone.now()}
    arrival = Arrival(**columns | fields)
    if arrival.state in (ArrivalState.WAITING, ArrivalState.TAKEN):
        kept = {name: record[name] for name in ("title", "journal", "doi", "pmid") if name in record}
        arrival.study = arrival.study or make_study(**kept, bibliography_source="PubMed")
    arrival.record = arrival.record or {"record": record, "source": "PubMed"}
    arrival.save()
    return arrival


def published_study(**fields: Any) -> Study:
    """A study that an editor drafted and another editor published. Give `**TEXTS, **CODED` for one with texts."""
    study = make_study(**fields)
    drafter, approver = make_user("editor"), make_user("editor")
    study.definitions.update(coded_by=drafter, checked_by=approver)
    digest = publishing.submit(study=study, by=drafter)
    publishing.publish(study=study, digest=digest, by=approver)
    return study


def _add_rows(study: Study, *, authors: list[Any], topics: list[str], definitions: list[dict[str, Any]]) -> None:
    for position, author in enumerate(authors, 1):
        Author.objects.create(study=study, position=position, **_author(author))
    study.topics.set(Topic.objects.filter(slug__in=topics))
    for position, row in enumerate(definitions, 1):
        columns = {"role": "inclusion", "basis": "abstract", "position": position} | row
        columns["definition"] = CaseDefinition.objects.get(slug=row["definition"])
        StudyDefinition.objects.create(study=study, **columns)


def _author(author: dict[str, str] | str) -> dict[str, str]:
    if isinstance(author, dict):
        return author
    family, _, given = author.partition(", ")
    return {"family": family, "given": given}
