"""A reader's own list of studies, looked up afresh. The list is kept in the browser; nothing here keeps or writes any of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch, Q, QuerySet

from studies.bibliography import record_of
from studies.formats.blocks import Block, Heading, Link, Named, Paragraph
from studies.formats.frame import Origin
from studies.formats.notes import ATLAS, marked_title
from studies.identifiers import doi_link
from studies.models import Flag, SlugRedirect, Study
from studies.pasted import MOST, SLUG, Reference, references
from studies.sentences import retraction_sentence, source_line, who
from studies.vocabulary import Retraction, State

FIELDS = {"doi": ("doi", "preprint_doi"), "pmid": ("pmid",), "pmcid": ("pmcid",)}
TAKEN_BACK = (Retraction.RETRACTED, Retraction.WITHDRAWN)


@dataclass(frozen=True)
class Entry:
    """One line of the list: the study as it is now, None where the atlas has none. `asked` is how the list named it."""

    asked: str
    study: Study | None

    @property
    def withdrawn(self) -> bool:
        return self.study is not None and self.study.state == State.WITHDRAWN

    @property
    def slug(self) -> str:
        """What a list should keep for this entry from now on."""
        return self.study.slug if self.study else self.asked


@dataclass(frozen=True)
class ReadingList:
    """`beyond` is how many references were left out because a list holds two hundred."""

    entries: Sequence[Entry]
    beyond: int = 0
    most: int = MOST

    @cached_property
    def studies(self) -> list[Study]:
        """Those that are public now, in the order of the list."""
        return [entry.study for entry in self.entries if entry.study and not entry.withdrawn]

    @cached_property
    def taken_back(self) -> int:
        """How many of the papers their journal has taken back."""
        return sum(study.retraction_status in TAKEN_BACK for study in self.studies)

    @property
    def slugs(self) -> str:
        return "\n".join(study.slug for study in self.studies)


def looked_up(text: str) -> ReadingList:
    """The studies that this text names, in its order. Seven queries at most, and a few more where one was merged."""
    asked, beyond = references(text)
    by_slug = _with_slugs([reference.value for reference in asked if reference.kind == SLUG])
    by_number = _with_numbers([reference for reference in asked if reference.kind in FIELDS])
    found = {each: by_slug.get(each.value) if each.kind == SLUG else by_number.get(each) for each in asked}
    into = _merged(found.values())
    entries: dict[object, Entry] = {}
    for reference, named in found.items():
        study = into.get(named.pk, named) if named else None
        entries.setdefault(study.pk if study else reference, Entry(reference.value, study))
    return ReadingList(list(entries.values()), beyond)


def _listed() -> QuerySet[Study]:
    """Everything that was ever public, with what a card shows."""
    flags = Prefetch("flags", Flag.objects.all(), to_attr="flag_marks")
    return Study.objects.filter(version__gte=1).select_related("merged_into").prefetch_related("authors", flags)


def _with_slugs(slugs: Sequence[str]) -> dict[str, Study]:
    """By the slug that was asked for, also an earlier one."""
    if not slugs:
        return {}
    old = SlugRedirect.objects.filter(slug__in=slugs).values_list("slug", "study")
    moved = dict(old)
    found = list(_listed().filter(Q(slug__in=slugs) | Q(pk__in=moved.values())))
    by_id = {study.pk: study for study in found}
    renamed = {slug: by_id[pk] for slug, pk in moved.items() if pk in by_id}
    return renamed | {study.slug: study for study in found}


def _with_numbers(asked: Sequence[Reference]) -> dict[Reference, Study]:
    """By DOI, PubMed and PubMed Central numbers, of published studies."""
    wanted = Q(pk__in=[])
    for kind, fields in FIELDS.items():
        values = [reference.value for reference in asked if reference.kind == kind]
        for field in fields if values else ():
            wanted |= Q(**{f"{field}__in": values})
    found = list(_listed().filter(wanted, state=State.PUBLISHED)) if asked else []
    return {
        Reference(kind, value): study
        for study in reversed(found)
        for kind, fields in FIELDS.items()
        for field in reversed(fields)
        if (value := getattr(study, field))
    }


def _merged(studies: Iterable[Study | None]) -> dict[int, Study]:
    """By the key of each merged study the one that stands for it now."""
    ends: dict[int, int] = {}
    for study in studies:
        end = study
        while end is not None and end.merged_into is not None:
            end = end.merged_into
        if study is not None and end is not study and end is not None:
            ends[study.pk] = end.pk
    fetched = {study.pk: study for study in _listed().filter(pk__in=set(ends.values()))} if ends else {}
    return {pk: fetched[end] for pk, end in ends.items() if end in fetched}


def told(listed: ReadingList, origin: Origin) -> Iterator[Block]:
    """The list as a text: of each study title, who, badge, key point, main limit, and what its journal says of it."""
    yield Heading(1, "Reading list")
    yield Paragraph(f"{ATLAS}, {origin.state}. The atlas tells what papers say. It is no medical advice.")
    for entry in listed.entries:
        if entry.study is None:
            continue
        yield from _withdrawn(entry.study) if entry.withdrawn else _told(entry.study)


def _withdrawn(study: Study) -> Iterator[Block]:
    yield Heading(2, study.title)
    yield Paragraph("The atlas has withdrawn its entry about this paper.")


def _told(study: Study) -> Iterator[Block]:
    record = record_of(study)
    yield Heading(2, marked_title(record))
    if study.retraction_status != Retraction.NONE:
        yield Paragraph(retraction_sentence(study))
    for flag in study.flag_marks:  # type: ignore[attr-defined]
        yield Paragraph(f"Notice: {flag.get_kind_display().lower()}. {flag.reason}")
    yield Named("Paper", source_line(study))
    yield Named("Who", who(study))
    yield Named("Badge", study.get_pem_display())
    yield Named("Key point", study.key_point if study.has_texts else "No summary yet.")
    if study.has_texts:
        yield Named("Main limit", study.main_limitation)
    if study.doi:
        yield Link("DOI", doi_link(study.doi))
    yield Link(f"Entry, version {study.version}", record.atlas_url)
