"""The shape of a study in an answer, and of what stands in every answer. For the document alone (see `schemas`)."""

from typing import Literal

from pydantic import BaseModel, Field


class Shape(BaseModel):
    """What every answer and every part of one is described by."""


class Licence(Shape):
    texts: str = Field(description="Licence of the atlas's texts (CC BY 4.0): name the atlas when you use them.")
    facts: str = Field(description="Licence of bibliography, identifiers, codes and change metadata (CC0).")


class Atlas(Shape):
    """Which state of the atlas the answer tells."""

    name: str
    address: str
    counter: int = Field(description="Moves with every public write: where it is the same, so are all answers.")
    newest_hash: str = Field(description="Hash of the newest revision: the end of the chain over the whole history.")
    as_of: str | None = Field(description="Time of the newest revision, in UTC; null where nothing is published.")
    licence: Licence


class Value(Shape):
    value: str = Field(description="The permanent slug.")
    label: str = Field(description="The same in words; the wording may change.")


class Retracted(Shape):
    """What the journal says of the paper."""

    status: str = Field(description="none, corrected, expression_of_concern, retracted or withdrawn.")
    label: str
    notice_doi: str | None
    on: str | None = Field(description="Date of the notice.")


class Notice(Shape):
    """A notice of the moderators; readers meet it above the summary."""

    kind: str = Field(description="safety, contested or superseded.")
    label: str
    reason: str
    link: str | None


class Author(Shape):
    """A person has family and given name, a group has `collective`."""

    family: str | None = None
    given: str | None = None
    orcid: str | None = None
    collective: str | None = None


class Bibliography(Shape):
    """What the paper is, from PubMed or Crossref."""

    title: str
    authors: list[Author]
    authors_complete: bool
    journal: str
    journal_abbreviation: str
    issn: str | None
    volume: str
    issue: str
    pages: str
    year: int | None
    date: str | None = Field(description="As exact as it is known: 2024, 2024-05 or 2024-05-06.")
    language: str
    licence_of_paper: str | None
    source: str


class Identifiers(Shape):
    doi: str | None
    pmid: str | None
    pmcid: str | None
    preprint_doi: str | None


class TopicLink(Shape):
    slug: str
    label: str
    address: str


class Classification(Shape):
    design: Value
    peer_review: Value
    evidence_level: Value
    patients: int | None
    controls: int | None
    population: str = Field(description="What the paper itself calls the patients.")
    method_flags: list[Value]
    topics: list[TopicLink]


class Claim(Value):
    """What the paper itself states about PEM."""

    quote: str
    found_in: str | None


class PemBadge(Value):
    """Whether post-exertional malaise was required of every participant. Never read a finding without it."""

    rule: str | None = Field(description="The rule that gave the badge; null where nobody coded the study.")
    rule_in_words: str | None
    claim: Claim | None
    measured_by: list[Value]


class DefinitionUse(Shape):
    """A case definition as the paper used it, with the quoted sentence."""

    slug: str
    name: str
    address: str
    role: str = Field(description="inclusion, alternative, subgroup, comparator or mentioned.")
    role_in_words: str
    pem_in_definition: str
    cohort: str
    modification: str
    quote: str
    found_in: str | None
    basis: str


class Text(Shape):
    """A text with how it was made: roles, never names."""

    text: str | list[str]
    basis: str | None = None
    drafted_by: str | None = Field(None, description="person, machine or sample.")
    model: str | None = None
    model_version: str | None = None
    edited_by_a_person: bool | None = None
    approved_by: str | None = Field(None, description="The role of the approver.")
    approved_at: str | None = None


class Texts(Shape):
    """The atlas's own texts; the first six stand together or not at all."""

    basis: str = Field(description="What they were written from: abstract or full_text.")
    question: Text
    key_point: Text
    main_limitation: Text
    summary: Text
    significance: Text
    limitations: Text
    findings: Text | None = None
    conclusions: Text | None = None
    open_questions: Text | None = None
    strengths: Text | None = None


class Response(Shape):
    """What an author of the paper answers."""

    text: str
    verified_author: bool


class LinkedStudy(Shape):
    type: str
    direction: Literal["from", "to"] = Field(description="Whether the link starts from this study or leads to it.")
    label: str = Field(description="How it reads from this study.")
    slug: str
    address: str
    title: str
    pem: str
    retraction: str


class Study(Shape):
    """A study of the atlas: its record about one paper, which it is not. With `fields` some members are left out."""

    slug: str
    title: str | None = Field(None, description="Title of the paper.")
    address: str | None = Field(None, description="Page of the study.")
    state: str | None = None
    version: int | None = Field(None, description="Number of the newest revision.")
    published_at: str | None = Field(None, description="In the atlas since, in UTC.")
    changed_at: str | None = Field(None, description="Last public change, in UTC.")
    sample: bool = Field(description="A sample text that no clinician reviewed.")
    retraction: Retracted
    flags: list[Notice]
    bibliography: Bibliography | None = None
    identifiers: Identifiers | None = None
    classification: Classification | None = None
    pem: PemBadge
    definitions: list[DefinitionUse] | None = None
    key_point: str | None = Field(
        None, description="One sentence: the finding and how sure it is. Empty without a summary."
    )
    main_limitation: str = Field(
        description="One sentence: what the study does not show. Show it wherever the key point is."
    )
    texts: Texts | None = Field(None, description="Null where the study has no summary yet.")
    author_responses: list[Response] | None = None
    links: list[LinkedStudy] | None = None
    licence: Licence | None = None
