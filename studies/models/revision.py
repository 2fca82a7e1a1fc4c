from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from studies.vocabulary import Reason, RevisionKind, StaffRole


class Revision(models.Model):
    """One public, numbered, append-only change of a study (decisions.md in words: docs/history.md).

    The database refuses UPDATE and DELETE. Everything here is covered by `hash`; the values themselves stand in
    RevisionValue, so that one value can be redacted without breaking the chain.
    """

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(help_text="1 is the first publication of the study.")
    sequence = models.PositiveBigIntegerField(unique=True, help_text="Place in the chain of the whole atlas.")
    made_at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=RevisionKind)
    reason = models.CharField(max_length=24, choices=Reason)
    note = models.TextField(blank=True)
    evidence_url = models.URLField(max_length=500, blank=True)
    approver_role = models.CharField(max_length=14, choices=StaffRole)
    second_role = models.CharField(max_length=14, choices=StaffRole, blank=True)
    value_hashes = models.JSONField(help_text="Field name to salted SHA-256 of its new value.")
    previous_hash = models.CharField(max_length=64, blank=True)
    previous_global_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["study_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="revision_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_number_from_one"),
        ]
        indexes = [models.Index(fields=["-made_at", "-sequence"], name="revision_newest")]

    def __str__(self) -> str:
        return f"revision {self.number} of study {self.study_id}"

    def get_absolute_url(self) -> str:
        return reverse("studies:version", args=[self.study.slug, self.number])


class RevisionValue(models.Model):
    """The new value of one field in one revision: canonical JSON with the salt of its hash.

    Redaction empties `value` and `salt` and says when and why; nothing else ever changes here.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="values")
    field = models.CharField(max_length=40)
    value = models.TextField(null=True)
    salt = models.CharField(max_length=64, null=True)
    redacted_on = models.DateField(null=True, blank=True)
    redaction_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "field"], name="revision_value_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, salt__isnull=False, redacted_on__isnull=True)
                | Q(value__isnull=True, salt__isnull=True, redacted_on__isnull=False),
                name="revision_value_whole_or_redacted",
            ),
        ]

    def __str__(self) -> str:
        return self.field


class RevisionApproval(models.Model):
    """Who stood behind a revision; kept apart so that no person's name is in the chain.

    A name is shown beside the revision only where its bearer opted in.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="approvals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=14, choices=StaffRole)
    as_second = models.BooleanField(default=False)
    shown_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "as_second"], name="revision_approval_once")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} of {self.revision_id}"
