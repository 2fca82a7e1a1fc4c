"""Sets to harvest selectively: `topic:…`, `definition:…`, `pem:…`, by the permanent slugs, and the three above them."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from studies.models import CaseDefinition, Study, StudyDefinition, Topic
from studies.oai.questions import ProtocolError
from studies.vocabulary import APPLIED, Pem

TOPIC, DEFINITION, PEM = "topic", "definition", "pem"
ABOVE = {
    TOPIC: "Studies with any topic",
    DEFINITION: "Studies that applied any case definition",
    PEM: "All studies, by PEM criterion",
}


def listed() -> Iterator[tuple[str, str]]:
    """Spec and name of every set, each above those that it holds. Two queries."""
    yield TOPIC, ABOVE[TOPIC]
    yield from ((f"{TOPIC}:{slug}", label) for slug, label in Topic.objects.values_list("slug", "label"))
    yield DEFINITION, ABOVE[DEFINITION]
    yield from ((f"{DEFINITION}:{slug}", name) for slug, name in CaseDefinition.objects.values_list("slug", "name"))
    yield PEM, ABOVE[PEM]
    yield from ((f"{PEM}:{value.value}", str(value.label)) for value in Pem)


def members(spec: str) -> Q:
    """Which studies are in a set; all of them for "". One query at most. Raises ProtocolError where there is no such set."""
    kind, _, value = spec.partition(":")
    if not spec or spec == PEM:
        return Q()
    if kind == PEM and value in Pem.values:
        return Q(pem=value)
    if kind == TOPIC:
        return _through(Study.topics.through, {} if spec == TOPIC else {"topic": _id(Topic, value)})
    if kind == DEFINITION:
        chosen = {} if spec == DEFINITION else {"definition": _id(CaseDefinition, value)}
        return _through(StudyDefinition, {"role__in": APPLIED, **chosen})
    raise _no_such_set()


def of(study: Study) -> list[str]:
    """The sets of a study whose `topics` and `definitions` are fetched, without those above them, which they imply."""
    topics = sorted(f"{TOPIC}:{topic.slug}" for topic in study.topics.all())
    applied = {f"{DEFINITION}:{row.definition.slug}" for row in study.definitions.all() if row.role in APPLIED}
    return [*topics, *sorted(applied), f"{PEM}:{study.pem}"]


def _through(model: type, rows: dict[str, object]) -> Q:
    return Q(Exists(model._default_manager.filter(study=OuterRef("pk"), **rows)))  # type: ignore[attr-defined]


def _id(model: type, slug: str) -> int:
    found: int | None = model._default_manager.filter(slug=slug).values_list("pk", flat=True).first()  # type: ignore[attr-defined]
    if found is None:
        raise _no_such_set()
    return found


def _no_such_set() -> ProtocolError:
    return ProtocolError("noRecordsMatch", "There is no such set, so no record is in it; ListSets names them.")
