"""Versions of a study as a reader sees them: every recorded field in words, one version alone or two compared."""

from collections.abc import Mapping
from dataclasses import dataclass

from studies import revisions
from studies.diff import Change, Piece, changes, pieces
from studies.field_words import Names, label, shown, studies_named
from studies.models import CaseDefinition, RevisionValue, Study, Topic
from studies.snapshots import FIELDS, Snapshot

Words = str | list[str]

NOTICES, TEXTS, WHO = "Notices", "What the study says", "Who was studied, and how"
PAPER, RECORD = "The paper", "This record"
PARTS = {
    NOTICES: {"withdrawal_reason", "merged_into", "flags"},
    TEXTS: {*Study.COMPULSORY_TEXTS, *Study.LIST_TEXTS, "basis", "author_responses"},
    WHO: {
        "pem",
        "pem_rule",
        "definitions",
        "pem_claim",
        "pem_quote",
        "pem_locator",
        "pem_measured_by",
        "design",
        "peer_review",
        "patients",
        "controls",
        "population_label",
        "evidence_level",
        "method_flags",
    },
    RECORD: {"state", "slug", "is_sample", "topics", "provenance", "links"},
}
HEADINGS = (NOTICES, TEXTS, WHO, PAPER, RECORD)


@dataclass(frozen=True)
class Version:
    """A study as of one version. `removed`: field to the sentence that stands for a value taken out of the history."""

    number: int
    values: Snapshot
    removed: Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One field of a version in words; a list of words is drawn as a list."""

    name: str
    label: str
    words: Words
    removed: bool

    @property
    def is_list(self) -> bool:
        return isinstance(self.words, list)


@dataclass(frozen=True)
class Part:
    """Fields of a version that belong together, under one heading."""

    heading: str
    fields: list[Field]


@dataclass(frozen=True)
class Difference:
    """A field that differs between two versions: word by word, or item by item where it is a list."""

    label: str
    pieces: list[Piece]
    is_list: bool


def read(study: Study, number: int) -> Version:
    """The study as of this version. Two queries."""
    values = revisions.at(study, number)
    gone = RevisionValue.objects.filter(
        revision__study=study, revision__number__lte=number, redacted_on__isnull=False
    ).order_by("revision__number")
    sentences = {row.field: _sentence(row) for row in gone}
    return Version(number, values, {name: sentences[name] for name in values if values[name] is revisions.REDACTED})


def parts(version: Version) -> list[Part]:
    """Every field of the version, the study's notices and texts first. Three queries at most."""
    words = _words(version, _names(version))
    fields = [Field(name, label(name), said, name in version.removed) for name, said in words.items()]
    found = [Part(heading, [each for each in fields if part_of(each.name) == heading]) for heading in HEADINGS]
    return [part for part in found if part.fields]


def part_of(name: str) -> str:
    """The heading under which a version shows this field."""
    return next((heading for heading, names in PARTS.items() if name in names), PAPER)


def differences(old: Version, new: Version) -> list[Difference]:
    """The fields that differ, in reading order. Three queries at most."""
    names = _names(old, new)
    found = changes(_words(old, names), _words(new, names), FIELDS)
    return [_difference(change, whole=change.field in {*old.removed, *new.removed}) for change in found]


def _words(version: Version, names: Names) -> dict[str, Words]:
    return {name: version.removed.get(name) or shown(name, value, names) for name, value in version.values.items()}


def _names(*versions: Version) -> Names:
    """Names of all definitions and topics, and of the public studies that these versions link to."""
    kept = [{name: value for name, value in each.values.items() if name not in each.removed} for each in versions]
    others = set().union(*map(studies_named, kept))
    public = Study.objects.filter(pk__in=others, version__gte=1)
    return Names(
        definitions=dict(CaseDefinition.objects.values_list("slug", "name")),
        topics=dict(Topic.objects.values_list("slug", "label")),
        studies=dict(public.values_list("pk", "title")) if others else {},
    )


def _difference(change: Change, *, whole: bool) -> Difference:
    """`whole`: one side is the sentence for a removed value, which has no words in common with anything."""
    is_list = isinstance(change.old, list) or isinstance(change.new, list)
    if whole:
        sides = [("removed", line) for line in _lines(change.old)] + [("added", line) for line in _lines(change.new)]
        return Difference(label(change.field), [Piece(*side) for side in sides], is_list)
    if not is_list:
        change = Change(change.field, change.old or "", change.new or "")
    return Difference(label(change.field), pieces(change), is_list)


def _lines(words: object) -> list[str]:
    if isinstance(words, list):
        return words
    return [str(words)] if words else []


def _sentence(row: RevisionValue) -> str:
    day = row.redacted_on
    return f"Removed on {day.day} {day:%B %Y}. Reason: {row.redaction_reason}." if day else ""
