"""Everything a study page shows beside the record itself, in a fixed number of queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from studies.bibliography import record_of
from studies.compiled import Compiled, hand_over
from studies.depths import Length, length_of
from studies.disclosure import Disclosure, disclosures
from studies.field_words import label, reading_place
from studies.formats import citation, coins
from studies.models import Author, AuthorResponse, Flag, Study, StudyDefinition, StudyLink, TextProvenance, Topic
from studies.proof import Proof, proof_of
from studies.records import Record
from studies.related import Near, Related, related
from studies.sentences import people_counted
from studies.vocabulary import APPLIED, DefinitionPem, FlagKind, LinkType, MethodFlag, Pem, PemMeasure, State

MOST_LINKS = 60
FLAGS_IN_ORDER = (FlagKind.SAFETY, FlagKind.CONTESTED, FlagKind.SUPERSEDED)

# The queries of every study page; those for parts that few studies have are ordinary ones.
_authors: Compiled[Author] = Compiled(lambda study: Author.objects.filter(study=study))
_topics: Compiled[Topic] = Compiled(lambda study: Topic.objects.filter(studies=study))
_definitions: Compiled[StudyDefinition] = Compiled(
    lambda study: StudyDefinition.objects.filter(study=study).select_related("definition")
)
_provenance: Compiled[TextProvenance] = Compiled(lambda study: TextProvenance.objects.filter(study=study))


@dataclass(frozen=True)
class Linked:
    """Another study with how the link reads from this one."""

    type: str
    label: str
    study: Study


@dataclass(frozen=True)
class ByHand:
    """A bibliographic detail that staff set against the source, with the public reason."""

    label: str
    reason: str
    number: int


@dataclass(frozen=True)
class StudyPage:
    study: Study
    proof: Proof
    flags: Sequence[Flag]
    responses: Sequence[AuthorResponse]
    links: Sequence[Linked]
    disclosures: Sequence[Disclosure]
    method_flags: Sequence[str]
    pem_measures: Sequence[str]
    related: Sequence[Related]
    glance: Length
    short: Length
    deep: Length
    record: Record
    overrides: Sequence[ByHand]

    @property
    def may_show_abstract(self) -> bool:
        """Whether there is an abstract, and under a licence that lets the atlas show it."""
        abstract = getattr(self.study, "abstract", None)
        return abstract is not None and abstract.may_be_shown

    @property
    def has_lists(self) -> bool:
        """Whether any of the optional texts is there."""
        return any(getattr(self.study, name) for name in Study.LIST_TEXTS)

    @property
    def vancouver(self) -> str:
        return citation.vancouver(self.record)

    @property
    def apa(self) -> str:
        return citation.apa(self.record)

    @property
    def harvard(self) -> str:
        return citation.harvard(self.record)

    @property
    def atlas_entry(self) -> str:
        return citation.atlas_entry(self.record)

    @property
    def coins(self) -> str:
        return coins.context_object(self.record)


def page_of(study: Study) -> StudyPage:
    """Wants a study from `for_page()`: its `has_…` marks spare the queries for parts that few studies have."""
    fetch_parts(study)
    links = links_of(study) if has(study, "links") else []
    proof, flags = proof_of(study), flags_of(study)
    return StudyPage(
        study=study,
        proof=proof,
        flags=flags,
        responses=list(study.author_responses.all()) if has(study, "responses") else [],
        links=links,
        related=related(study, near=near_of(study, links)),
        disclosures=disclosures(_provenance(study.pk)) if study.has_texts else [],
        method_flags=[MethodFlag(value).label for value in study.method_flags],
        pem_measures=[PemMeasure(value).label for value in study.pem_measured_by],
        glance=length_of(glance_texts(study, proof)),
        short=length_of([study.summary, study.significance, study.limitations]),
        deep=length_of(deep_texts(study, proof)),
        record=record_of(study, flags=flags),
        overrides=by_hand(study) if has(study, "overrides") else [],
    )


def glance_texts(study: Study, proof: Proof) -> Iterator[str]:
    """What a reader reads at a glance, but for the names of the parts: templates/studies/study/glance.html shows the same."""
    yield from (study.question, study.get_pem_display(), study.get_design_display(), people_counted(study))
    yield from (text for name, badge in proof.several_badges for text in (name, Pem(badge.value).label))
    yield from (study.population_label, study.get_evidence_level_display(), study.get_peer_review_display())
    yield from (study.key_point, study.main_limitation)


def deep_texts(study: Study, proof: Proof) -> Iterator[str]:
    """The texts of the deep layer, and the proof of the badge; links, citations and the record are no reading matter."""
    for name in Study.LIST_TEXTS:
        yield from getattr(study, name)
    yield study.pem_quote
    for cohort in proof.cohorts:
        for row in cohort.rows:
            yield from (row.definition.name, row.modification, row.quote)


def has(study: Study, part: str) -> bool:
    """What `for_page()` noted about a part that few studies have."""
    return bool(getattr(study, f"has_{part}"))


def fetch_parts(study: Study) -> None:
    """Fetch the related rows; where there can be none, note that without a query."""
    definitions = _definitions(study.pk) if has(study, "definitions") else []
    hand_over(study, {"authors": _authors(study.pk), "topics": _topics(study.pk), "definitions": definitions})


def flags_of(study: Study) -> list[Flag]:
    if not has(study, "flags"):
        return []
    return sorted(study.flags.all(), key=lambda flag: FLAGS_IN_ORDER.index(FlagKind(flag.kind)))


def by_hand(study: Study) -> list[ByHand]:
    """In reading order."""
    found = sorted(study.overrides.all(), key=lambda each: reading_place(each.field))
    return [ByHand(label(each.field), each.reason, each.revision_number) for each in found]


def links_of(study: Study) -> list[Linked]:
    """Typed links from both ends, to studies that the public sees."""
    rows = StudyLink.objects.filter(
        Q(source=study, target__state=State.PUBLISHED) | Q(target=study, source__state=State.PUBLISHED)
    ).select_related("source", "target")[:MOST_LINKS]
    return [Linked(row.type, row.label_from(study.pk), other_end(row, study)) for row in rows]


def other_end(link: StudyLink, study: Study) -> Study:
    return link.target if link.source_id == study.pk else link.source


def near_of(study: Study, links: Iterable[Linked]) -> Near:
    """What can bring a reader to other studies. A way of recruiting that fixes no definition is nothing in common."""
    applied = (row.definition for row in study.definitions.all() if row.role in APPLIED)
    return Near(
        definitions={known.slug: known.name for known in applied if known.pem != DefinitionPem.VARIABLE},
        topics={topic.slug: topic.label for topic in study.topics.all()},
        same_people=[link.study.pk for link in links if link.type == LinkType.SHARES_PARTICIPANTS],
        linked=[link.study.pk for link in links],
    )
