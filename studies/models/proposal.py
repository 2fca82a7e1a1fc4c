from django.conf import settings
from django.db import models
from django.db.models import Q

from studies.vocabulary import ProposalState, Reason, RevisionKind, StaffRole


class Proposal(models.Model):
    """A staff-written change of a published study, field by field; applied exactly as it was shown.

    `changes` is {field: [old, new]} in the canonical shapes of a snapshot. `digest` covers the base revision's hash,
    the changes, the reason and the evidence (decisions: Proposal digest).
    """

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=12, choices=RevisionKind, default=RevisionKind.CHANGE)
    base_number = models.PositiveIntegerField()
    base_hash = models.CharField(max_length=64)
    changes = models.JSONField()
    reason = models.CharField(max_length=24, choices=Reason)
    note = models.TextField("what changed and why", help_text="Public.")
    evidence_url = models.URLField("evidence", max_length=500, blank=True, help_text="Public.")
    digest = models.CharField(max_length=64)
    high_impact = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=ProposalState, default=ProposalState.OPEN)
    edition = models.PositiveIntegerField(default=1, help_text="Moves with every change of the proposal.")
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals")
    proposer_role = models.CharField(max_length=14, choices=StaffRole)
    first_approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_approver_role = models.CharField(max_length=14, choices=StaffRole, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision_note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    revision = models.OneToOneField(
        "studies.Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="proposal"
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["state", "-created_at"], name="proposal_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_known"),
            models.CheckConstraint(
                condition=Q(state=ProposalState.APPLIED, revision__isnull=False)
                | (~Q(state=ProposalState.APPLIED) & Q(revision__isnull=True)),
                name="proposal_applied_has_revision",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} for study {self.study_id}"
