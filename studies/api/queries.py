"""The parameters of calls: their names, limits and explanations. What the document says of them is drawn from here."""

import re
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Schema
from pydantic import BeforeValidator, Field

from studies.api.parts import FIELDS, MOST
from studies.api.problems import wrong
from studies.search.facets import WITH_TEXT, WITHOUT_TEXT
from studies.search.filters import FIRST_YEAR, LAST_YEAR
from studies.search.index import Catalogue
from studies.search.query import LONGEST
from studies.vocabulary import Design, EvidenceLevel, PeerReview, Pem, Retraction, Sort

PLACED = 2**53 - 1  # the largest whole number that every reader of JSON takes

SLUG = r"^[-a-zA-Z0-9_]{1,80}$"
_DIGITS = re.compile(r"[0-9]{1,16}")


def whole(value: Any) -> Any:
    """Digits alone: what else Python reads as a number (blanks, underscores, signs) is a slip."""
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise ValueError("write a whole number in digits")
    return value


Whole = Annotated[int, BeforeValidator(whole)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR), BeforeValidator(whole)]
Slug = Annotated[str, Field(pattern=SLUG)]


def values_of(of: str, example: str) -> Any:
    """A parameter that may stand several times."""
    text = f"{of}. May stand several times: a study with any of the values fits."
    return Field(default=[], max_length=MOST, description=text, examples=[[example]])


class Filters(Schema):
    """What the list page of the atlas filters by, with the same names and values."""

    q: str = Field(
        "",
        max_length=LONGEST,
        description='Words to search for. "Phrases" in quotation marks; -word leaves out. Terms find their synonyms.',
        examples=["low dose naltrexone"],
    )
    synonyms: Literal["on", "off"] = Field("on", description="Whether terms of the field find their synonyms as well.")
    pem: list[Pem] = values_of(
        "The PEM badge: whether post-exertional malaise was required of every participant", "required"
    )
    design: list[Design] = values_of("The design of the study", "randomised_trial")
    definition: list[Slug] = values_of("A case definition by which patients were chosen", "ccc-2003")
    topic: list[Slug] = values_of("A topic", "autoimmunity")
    level: list[EvidenceLevel] = values_of("The level of evidence", "E2")
    peer_review: list[PeerReview] = values_of("Whether the paper was peer reviewed", "peer_reviewed")
    retraction: list[Retraction] = values_of("What the journal says of the paper", "retracted")
    text: list[Literal[WITH_TEXT, WITHOUT_TEXT]] = values_of("Whether the atlas has a summary of the study", WITH_TEXT)  # type: ignore[valid-type]
    year_from: Year | None = Field(None, description="Year of the paper, the first that fits.", examples=[2015])
    year_to: Year | None = Field(None, description="Year of the paper, the last that fits.", examples=[2024])


class Sparse(Schema):
    fields: str | None = Field(
        None,
        max_length=500,
        description="Only these members of each study, separated by commas. Slug, sample, retraction, flags, the PEM badge "
        "and the main limitation are always given: no finding stands without them.",
        examples=["title,identifiers,pem"],
    )


class Paged(Schema):
    limit: Whole = Field(20, ge=1, le=MOST, description="How many items one answer holds.", examples=[20])
    cursor: str | None = Field(
        None,
        max_length=2_000,
        description="Where the list goes on: `next_cursor` of the answer before, for the same query.",
    )


class Listed(Filters, Sparse, Paged):
    sort: Sort | None = Field(
        None, description="The order. Without it: best match where there are words, else newest paper first."
    )


class Lookup(Sparse):
    id: str = Field(
        min_length=1,
        max_length=500,
        description="A DOI, PubMed number (PMID) or PubMed Central number (PMCID) in any spelling, also as a link.",
        examples=["10.1111/joim.12000"],
    )


class Since(Schema):
    since: Whole = Field(
        0,
        ge=0,
        le=PLACED,
        description="The last change you know: the `sequence` of a revision, or `next_since` of the answer before. 0 for all.",
        examples=[0],
    )
    limit: Whole = Field(MOST, ge=1, le=MOST, description="How many changes one answer holds.", examples=[20])


def strict(request: HttpRequest, query: type[Schema] | None = None) -> None:
    """Raises Problem for a parameter that the call does not have, or that stands twice where it may stand once."""
    known = query.model_fields if query else {}
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        raise wrong(**{_shown(name): "There is no such parameter here." for name in unknown[:MOST]})
    single = [name for name in request.GET if "list[" not in str(known[name].annotation)]
    twice = [name for name in single if len(request.GET.getlist(name)) > 1]
    if twice:
        raise wrong(**dict.fromkeys(twice, "It may stand only once."))


def _shown(name: str) -> str:
    """A name as typed where it can be one; what else may stand there is not repeated."""
    return name if re.fullmatch(r"[A-Za-z_]{1,30}", name) else "?"


def known_values(asked: Filters, catalogue: Catalogue) -> None:
    """Raises Problem for a definition or topic that the atlas does not have."""
    faults = {
        name: "The atlas does not have this value; see the list of all."
        for name in ("definition", "topic")
        if set(getattr(asked, name)) - set(catalogue.labels[name])
    }
    if faults:
        raise wrong(**faults)


def names_in(fields: str | None) -> tuple[str, ...]:
    """The members that were asked for; empty for all. Raises Problem for one that no study has."""
    if fields is None:
        return ()
    names = tuple(dict.fromkeys(fields.split(",")))
    if not set(names) <= set(FIELDS) or len(names) < fields.count(",") + 1:
        raise wrong(fields=f"Choose among {', '.join(FIELDS)}, each once, with commas and without blanks.")
    return names
