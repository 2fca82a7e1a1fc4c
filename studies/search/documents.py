"""The search documents: what the search knows of the published studies, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction

from studies import public_state
from studies.models import Abstract, Author, SearchDocument, Study, StudyDefinition
from studies.search.words import stream

BATCH = 500
# Stands between texts, so that a phrase is never found across two of them. No query can hold a token that mixes letters
# and digits, see words.py.
BREAK = " x0 "
COLUMNS = ("title", "key", "body", "people", "abstract")

Texts = dict[int, list[str]]


@transaction.atomic
def refresh(study_ids: Iterable[int]) -> int:
    """Write the documents of the published studies among these, delete those of all others; the number written.

    Whoever changes what the public sees of a study calls this in the same transaction.
    """
    return sum(_refresh_batch(batch) for batch in _batches(study_ids))


@transaction.atomic
def refresh_named(study_ids: Iterable[int]) -> int:
    """As `refresh`, where a word that studies are found by changed and no study did; returns the public counter.

    Effects: moves the counter, and marks these studies with it, so that every process reads anew what it keeps of them.
    """
    ids = list(study_ids)
    refresh(ids)
    counter = public_state.move_counter()
    for batch in _batches(ids):
        Study.objects.filter(id__in=batch, version__gte=1).update(public_counter=counter)
    return counter


@transaction.atomic
def rebuild() -> int:
    """Delete all documents and write those of every published study; the number written. Effects as of `refresh_named`."""
    SearchDocument.objects.all().delete()
    published = Study.objects.published().order_by("id").values_list("id", flat=True)
    refresh_named(published.iterator())
    return SearchDocument.objects.count()


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(ids)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _refresh_batch(ids: list[int]) -> int:
    studies = list(Study.objects.published().filter(id__in=ids).only(*_FIELDS))
    public = [study.id for study in studies]
    SearchDocument.objects.filter(study__in=set(ids) - set(public)).delete()
    people, about, abstracts = _people(public), _about(public), _abstracts(public)
    documents = [_document(study, people[study.id], about[study.id], abstracts[study.id]) for study in studies]
    SearchDocument.objects.bulk_create(
        documents, update_conflicts=True, unique_fields=["study"], update_fields=list(COLUMNS)
    )
    return len(documents)


# No field that only staff see may stand here.
_KEY = ("question", "key_point", "main_limitation")
_BODY = ("summary", "significance", "limitations", "population_label")
_FIELDS = ("title", "journal", "journal_abbreviation", *_KEY, *_BODY, *Study.LIST_TEXTS)


def _document(study: Study, people: list[str], about: list[str], abstract: list[str]) -> SearchDocument:
    lists = [item for field in Study.LIST_TEXTS for item in getattr(study, field)]
    return SearchDocument(
        study_id=study.id,
        title=stream(study.title),
        key=_joined(getattr(study, field) for field in _KEY),
        body=_joined([*(getattr(study, field) for field in _BODY), *lists, *about]),
        people=_joined([*people, study.journal, study.journal_abbreviation]),
        abstract=_joined(abstract),
    )


def _joined(texts: Iterable[str]) -> str:
    streams = (stream(text) for text in texts if text)
    return BREAK.join(dict.fromkeys(filter(None, streams)))


def _people(ids: list[int]) -> Texts:
    """Authors as "given family initials": the phrases "Maureen R. Hanson" and "Hanson MR" both find her."""
    people: Texts = defaultdict(list)
    rows = Author.objects.filter(study__in=ids).order_by("study", "position")
    for study, family, given, collective in rows.values_list("study", "family", "given", "collective"):
        initials = "".join(name[0] for name in given.replace("-", " ").split())
        people[study].append(collective or f"{given} {family} {initials}")
    return people


def _about(ids: list[int]) -> Texts:
    """Names and aliases of case definitions, labels of topics."""
    about: Texts = defaultdict(list)
    uses = StudyDefinition.objects.filter(study__in=ids).order_by("study", "position")
    for study, name, aliases in uses.values_list("study", "definition__name", "definition__aliases"):
        about[study] += [name, *aliases]
    topics = Study.topics.through.objects.filter(study__in=ids).order_by("study", "topic__label")
    for study, label in topics.values_list("study", "topic__label"):
        about[study].append(label)
    return about


def _abstracts(ids: list[int]) -> Texts:
    """All abstracts are searched; which may be shown is the snippets' matter."""
    abstracts: Texts = defaultdict(list)
    for study, sections in Abstract.objects.filter(study__in=ids).values_list("study", "sections"):
        abstracts[study] = [part["text"] for part in sections]
    return abstracts
