"""What the sources say against the record, and where the record says otherwise on purpose."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from studies.vocabulary_desk import FindingKind, FindingState, Source


class Finding(models.Model):
    """A task: a source says something else than the atlas about one field of one published study.

    `ours` and `theirs` are canonical values as in a snapshot. What a finding leads to is a proposal, never a change of its own.
    """

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="integrity_findings")
    source = models.CharField(max_length=16, choices=Source)
    kind = models.CharField(max_length=12, choices=FindingKind)
    field = models.CharField(max_length=40, blank=True)
    ours = models.JSONField(null=True, blank=True)
    theirs = models.JSONField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True, help_text="Such as the notice's DOI and date.")
    evidence_url = models.URLField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=FindingState, default=FindingState.OPEN)
    version = models.PositiveIntegerField(default=0, editable=False)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField("last seen at the source")
    proposal = models.ForeignKey(
        "studies.Proposal", on_delete=models.SET_NULL, null=True, blank=True, related_name="findings"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField("why it was dismissed", max_length=300, blank=True)

    class Meta:
        ordering = ["-found_at", "-id"]
        indexes = [models.Index(fields=["state", "-found_at", "-id"], name="finding_tasks")]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "source", "kind", "field"],
                condition=Q(state__in=[FindingState.OPEN, FindingState.PROPOSED]),
                name="finding_open_once",
            ),
            models.CheckConstraint(condition=Q(state__in=FindingState.values), name="finding_state_known"),
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind_known"),
        ]

    def __str__(self) -> str:
        return f"finding {self.pk}"


class Override(models.Model):
    """A bibliographic field that staff set by hand, against its source. The reason is public.

    `theirs` is what each source said when it was first compared after that, {source: values}, with no values where it agreed:
    only when it says something else again is there a new finding.
    """

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="overrides")
    field = models.CharField(max_length=40)
    reason = models.TextField()
    theirs = models.JSONField(null=True, blank=True)
    revision_number = models.PositiveIntegerField(help_text="The revision that set it.")

    class Meta:
        ordering = ["field"]
        constraints = [
            models.UniqueConstraint(fields=["study", "field"], name="override_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of study {self.study_id}"


class IntegrityCheck(models.Model):
    """When a published study was last compared with a source, and when it is due again."""

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="integrity_checks")
    source = models.CharField(max_length=16, choices=Source)
    checked_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    faults = models.PositiveSmallIntegerField(default=0, help_text="How often in a row the source did not answer.")

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["source", "due_at", "id"], name="integrity_check_due")]
        constraints = [models.UniqueConstraint(fields=["study", "source"], name="integrity_check_once")]

    def __str__(self) -> str:
        return f"{self.source}, study {self.study_id}"
