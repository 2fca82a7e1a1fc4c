"""How many published studies stand behind a case definition, a topic, a PEM badge. One query each."""

from django.db.models import Count

from studies.models import Study, StudyDefinition
from studies.vocabulary import Role, State

# Roles in which a study chose its own patients by a definition; the other two only name it.
APPLIED = (Role.INCLUSION, Role.ALTERNATIVE, Role.SUBGROUP)


def studies_per_definition() -> dict[int, int]:
    """Definition id to the number of published studies that applied it; a study counts once."""
    uses = StudyDefinition.objects.filter(role__in=APPLIED, study__state=State.PUBLISHED).order_by()
    return dict(uses.values_list("definition_id").annotate(Count("study_id", distinct=True)))


def studies_per_topic() -> dict[int, int]:
    """Topic id to the number of published studies under it."""
    through = Study.topics.through.objects.filter(study__state=State.PUBLISHED).order_by()
    return dict(through.values_list("topic_id").annotate(Count("id")))


def studies_per_pem() -> dict[str, int]:
    """Badge value to the number of published studies that have it; values without a study are missing."""
    return dict(Study.objects.published().order_by().values_list("pem").annotate(Count("id")))
