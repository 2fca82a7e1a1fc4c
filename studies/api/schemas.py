"""The shapes of answers, for the document alone: answers are written from the record and not read through these again.

A test compares every answer of the sample atlas with them, so that neither can change without the other.
"""

from typing import Any

from pydantic import Field

from studies.api.shapes import Atlas, PemBadge, Retracted, Shape, Study, TopicLink, Value


class OneStudy(Shape):
    atlas: Atlas
    study: Study


class Searched(Shape):
    atlas: Atlas
    total: int = Field(description="How many studies fit.")
    notices: list[str] = Field(description="How the words were read, in sentences, where there is something to say.")


class StudyList(Searched):
    sort: str
    next_cursor: str | None = Field(description="Value of `cursor` for the next page; null at the end.")
    next: str | None = Field(description="Address of the next page; null at the end.")
    studies: list[Study]


class Count(Value):
    count: int = Field(description="How many studies there would be with this value as well.")


class Facet(Shape):
    name: str = Field(description="Name of the parameter that filters by it.")
    label: str
    values: list[Count]


class YearCount(Shape):
    year: int
    count: int


class Facets(Searched):
    facets: list[Facet]
    years: list[YearCount]
    undated: int = Field(description="Studies whose paper has no year.")


class Definition(Shape):
    """A named set of diagnostic criteria."""

    slug: str
    name: str
    aliases: list[str]
    year: int | None
    pem: Value
    pem_note: str
    doi: str | None
    pmid: str | None
    source: str
    verified: bool = Field(description="Whether somebody checked this entry against the original text.")
    studies: int = Field(description="How many studies chose patients by it.")
    address: str


class Definitions(Shape):
    atlas: Atlas
    definitions: list[Definition]


class OneDefinition(Shape):
    atlas: Atlas
    definition: Definition


class Topic(TopicLink):
    description: str
    studies: int


class Topics(Shape):
    atlas: Atlas
    topics: list[Topic]


class OneTopic(Shape):
    atlas: Atlas
    topic: Topic


class Subject(Shape):
    """Which study a piece of history belongs to, as it is now, with what must stand beside any finding in it."""

    slug: str
    title: str
    address: str
    state: str = Field(description="published or withdrawn.")
    version: int
    retraction: Retracted
    pem: PemBadge
    main_limitation: str


class Revision(Shape):
    """One public, numbered change. It names roles, never people."""

    number: int
    sequence: int = Field(description="Place in the history of the whole atlas.")
    made_at: str
    kind: Value
    reason: Value
    note: str
    evidence_url: str | None
    approver_role: str
    second_role: str | None
    fields: list[str] = Field(description="The fields that have another value since.")
    previous_hash: str
    previous_global_hash: str
    hash: str


class Revisions(Shape):
    atlas: Atlas
    study: Subject
    next_cursor: str | None
    next: str | None
    revisions: list[Revision]


class Version(Shape):
    atlas: Atlas
    study: Subject
    revision: Revision
    values: dict[str, Any] = Field(description="Field to value, as the history records it. See docs/history.md.")
    removed: dict[str, str] = Field(description="Fields whose value was taken out of the history, with when and why.")


class Piece(Shape):
    kind: str = Field(description="same, removed or added.")
    text: str


class FieldDifference(Shape):
    field: str
    label: str
    old: Any = None
    new: Any = None
    pieces: list[Piece] = Field(description="Word by word, or item by item.")


class Differences(Shape):
    atlas: Atlas
    study: Subject
    old: int = Field(description="Number of the one version.")
    new: int = Field(description="Number of the other.")
    fields: list[FieldDifference]


class Change(Shape):
    study: Subject
    revision: Revision


class Changes(Shape):
    atlas: Atlas
    more: bool = Field(description="Whether more changes follow now.")
    next_since: int = Field(description="Value of `since` for what comes after.")
    next: str
    changes: list[Change]


class Software(Shape):
    version: str
    release: str = Field(description="Stands for the code that answers.")


class Meta(Shape):
    atlas: Atlas
    api: str = Field(description="Version of the API.")
    software: Software
    revisions: int = Field(description="Number of revisions, and the `sequence` of the newest.")
    studies: int
    definitions: int
    topics: int
    document: str = Field(description="Address of the description for programs.")


class WrongParameter(Shape):
    name: str
    detail: str


class Tombstone(Shape):
    slug: str
    withdrawn_at: str | None
    reason: str
    revisions: str = Field(description="Address of its history.")


class Problem(Shape):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="Address that names the kind of problem, for ever.")
    title: str
    status: int
    detail: str
    parameters: list[WrongParameter] | None = Field(None, description="With 422: what is wrong with which parameter.")
    study: Tombstone | None = Field(None, description="With 410: the withdrawn study.")
