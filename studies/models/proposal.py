from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from studies.vocabulary import ProposalKind, ProposalState, Reason, StaffRole

WITHOUT_OWN_REVISION = [ProposalKind.DEFINITION, ProposalKind.REDACT]
OPEN_STATES = [ProposalState.OPEN, ProposalState.AWAITING_SECOND]


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def waiting(self) -> ProposalQuerySet:
        """Neither applied nor closed."""
        return self.filter(state__in=OPEN_STATES)


class Proposal(models.Model):
    """A staff-written act on the public record, applied exactly as it was shown.

    Most change one published study field by field: `changes` is {field: [old, new]} in the canonical shapes of a
    snapshot. `details` holds what the other kinds need: {"into": study id} of a merge, {"number": n} of a revert,
    {"number": n, "field": name} of a removal from the history, {"badges": {study id: badge}} of a definition; and
    {"abstract": the draft's} where a draft was joined into the study. `digest` covers all that the second person is shown.
    """

    study = models.ForeignKey(
        "studies.Study", on_delete=models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    definition = models.ForeignKey(
        "studies.CaseDefinition", on_delete=models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    kind = models.CharField(max_length=12, choices=ProposalKind, default=ProposalKind.CHANGE)
    base_number = models.PositiveIntegerField(default=0)
    base_hash = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=dict)
    details = models.JSONField(default=dict, blank=True)
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

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["state", "-created_at"], name="proposal_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ProposalKind.values), name="proposal_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=ProposalKind.DEFINITION, definition__isnull=False, study__isnull=True)
                | (~Q(kind=ProposalKind.DEFINITION) & Q(definition__isnull=True, study__isnull=False)),
                name="proposal_has_one_subject",
            ),
            # A definition's change is a revision of many studies, a removal from the history is none.
            models.CheckConstraint(
                condition=Q(state=ProposalState.APPLIED, revision__isnull=False)
                | Q(state=ProposalState.APPLIED, kind__in=WITHOUT_OWN_REVISION, revision__isnull=True)
                | (~Q(state=ProposalState.APPLIED) & Q(revision__isnull=True)),
                name="proposal_applied_has_revision",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES
