"""The public list of changes: which revisions it shows."""

from django.db.models import Q, QuerySet, TextChoices

from studies.models import Revision
from studies.vocabulary import StaffRole


class Kind(TextChoices):
    """What the list shows. The first publications of a sample import would drown everything else."""

    CHANGES = "changes", "Changes of public studies"
    NEW = "new", "New studies approved by a person"
    ALL = "all", "Everything, sample import included"

    @classmethod
    def read(cls, value: str) -> "Kind":
        return cls(value) if value in cls.values else cls.CHANGES


SHOWN = {
    Kind.CHANGES: Q(number__gt=1),
    Kind.NEW: Q(number=1) & ~Q(approver_role=StaffRole.SAMPLE_IMPORT),
    Kind.ALL: Q(),
}


def entries(kind: Kind) -> QuerySet[Revision]:
    """Revisions of this kind, newest first, each with its study and the names that approvers chose to show."""
    revisions = Revision.objects.filter(SHOWN[kind]).order_by("-sequence")
    return revisions.select_related("study").prefetch_related("approvals")
