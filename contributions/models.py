"""The private side: what a member of the public sent, encrypted and erasable.

Nothing here is public, indexed for search, exported or copied into a history. `__str__` is always the alias.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from contributions.querysets import ContributionQuerySet
from contributions.vocabulary import ENDS, ActorKind, DeclineReason, Kind, Mail, Side, State, Use

OVER = [state for state in State if state in ENDS or state == State.ERASED]  # in a fixed order, for the constraint


class Contribution(models.Model):
    """One private message and what became of it. The content stands in Message rows, under `wrapped_key`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    alias = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind)
    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=16, choices=State)
    version = models.PositiveIntegerField(default=1, help_text="Moves with every change; decisions name the one shown.")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    earlier_holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    duplicate_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    conflict = models.BooleanField(default=False)
    reopened = models.BooleanField(default=False)
    decline_reason = models.CharField(max_length=16, choices=DeclineReason, blank=True)
    spam_score = models.PositiveSmallIntegerField(default=0)

    consent_version = models.CharField(max_length=16)
    may_summarise = models.BooleanField(default=False)
    may_quote = models.BooleanField(default=False)
    may_contact = models.BooleanField(default=False)

    received_at = models.DateTimeField()
    waiting_since = models.DateTimeField(help_text="Since when it waits for whoever's turn it is.")
    first_read_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When staff looked at it in quarantine.")
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=16, choices=State, blank=True, help_text="The end it came to; kept when erased."
    )
    read_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Whole days to the first reading.")
    end_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Whole days to the outcome.")
    reminded_at = models.DateTimeField(null=True, blank=True)

    token_hash = models.CharField(max_length=64, null=True, unique=True)
    receipt_hash = models.CharField(max_length=64, null=True, unique=True)
    receipt_key_id = models.CharField(max_length=32, blank=True)
    wrapped_key = models.BinaryField(null=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["waiting_since", "id"]
        default_permissions = ("view",)
        permissions = [("see_contact", "May see contact details")]
        indexes = [
            models.Index(fields=["state", "waiting_since", "id"], name="contribution_queue"),
            models.Index(fields=["kind", "state", "waiting_since"], name="contribution_by_kind"),
            models.Index(fields=["study", "state"], name="contribution_by_study"),
            models.Index(fields=["holder", "state"], name="contribution_by_holder"),
            models.Index(fields=["ended_at"], name="contribution_ended"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="contribution_state_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="contribution_kind_known"),
            models.CheckConstraint(
                condition=Q(state=State.IN_REVIEW, holder__isnull=False, lease_until__isnull=False)
                | Q(state=State.AWAITING_SECOND, holder__isnull=False)
                | (
                    ~Q(state__in=[State.IN_REVIEW, State.AWAITING_SECOND])
                    & Q(holder__isnull=True, lease_until__isnull=True)
                ),
                name="contribution_lease_fits_state",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.ERASED)
                | Q(wrapped_key__isnull=True, receipt_hash__isnull=True, token_hash__isnull=True),
                name="contribution_erased_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OVER, ended_at__isnull=False) | (~Q(state__in=OVER) & Q(ended_at__isnull=True)),
                name="contribution_end_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.alias

    @property
    def is_open(self) -> bool:
        return self.state not in ENDS and self.state != State.ERASED


class Message(models.Model):
    """One entry of the private thread: an encrypted JSON object (see messages.py for its shape)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="messages")
    side = models.CharField(max_length=12, choices=Side)
    body = models.BinaryField()
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return "message"


class ContactDetail(models.Model):
    """How to tell a contributor that there is an answer; encrypted, with a permission and a clock of its own."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contribution = models.OneToOneField(Contribution, on_delete=models.CASCADE, related_name="contact")
    body = models.BinaryField()
    notify = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "contact"


class Event(models.Model):
    """Who did what, from which state to which; never the contributor's words."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="events")
    action = models.CharField(max_length=24)
    actor_kind = models.CharField(max_length=12, choices=ActorKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_state = models.CharField(max_length=16, choices=State, blank=True)
    to_state = models.CharField(max_length=16, choices=State)
    reason = models.CharField(max_length=24, blank=True)
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["happened_at"], name="event_happened")]

    def __str__(self) -> str:
        return f"{self.action} of {self.contribution_id}"


class Opening(models.Model):
    """That a member of staff had the words of a contribution before them; openings.py writes it, and nothing changes it."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    hour = models.DateTimeField(help_text="The hour's beginning; nothing finer is kept.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["contribution", "user", "hour"], name="opening_once_an_hour"),
        ]

    def __str__(self) -> str:
        return "opening"


class ProposalLink(models.Model):
    """The only link between a contribution and the public change it led to; it goes when the contribution is erased."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="links")
    proposal = models.OneToOneField(
        "studies.Proposal", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    draft_study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    use = models.CharField(max_length=12, choices=Use, default=Use.NONE)
    words_stand_in_paper = models.BooleanField(
        default=False, help_text="The moderator says that shared words are the paper's."
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(proposal__isnull=False, draft_study__isnull=True)
                | Q(proposal__isnull=True, draft_study__isnull=False),
                name="link_leads_to_one_thing",
            ),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="link_use_known"),
        ]

    def __str__(self) -> str:
        return "link"


class StaffSettings(models.Model):
    """What a member of staff tells the system about themselves."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_settings")
    own_papers = models.JSONField(default=list, blank=True, help_text="DOIs or PMIDs of papers you wrote, one a line.")
    wants_mail = models.BooleanField("send me reminders by mail", default=False)

    class Meta:
        default_permissions = ()  # everybody has their own and nobody else's
        verbose_name_plural = "staff settings"

    def __str__(self) -> str:
        return "staff settings"


class Notice(models.Model):
    """A mail that is owed: about what, and to whose row; never an address, never a word. It goes once the mail has left.

    `uuid` is new whenever something more is to be told, and names the mail: outbox.py.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    what = models.CharField(max_length=12, choices=Mail)
    contribution = models.OneToOneField(
        Contribution, on_delete=models.CASCADE, null=True, blank=True, related_name="notice"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    counts = models.JSONField(default=dict, blank=True, help_text="How many messages wait, as a reminder says it.")
    owed_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When it is tried next.")
    tries = models.PositiveSmallIntegerField(default=0)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], name="notice_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(what=Mail.ANSWER, contribution__isnull=False, user__isnull=True)
                | Q(what__in=[Mail.REMINDER, Mail.LONG], contribution__isnull=True, user__isnull=False),
                name="notice_is_for_one",
            ),
            models.UniqueConstraint(fields=["user", "what"], name="notice_once_a_person"),
        ]

    def __str__(self) -> str:
        return "notice"


class Bucket(models.Model):
    """How much came from one neighbourhood of the network in one window; the key is an HMAC under the day's key."""

    key = models.CharField(max_length=64)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="bucket_once")]
        indexes = [models.Index(fields=["window"], name="bucket_window")]

    def __str__(self) -> str:
        return "bucket"


class DayKey(models.Model):
    """A key of the day, or the second one, whose day begins earlier; overwritten daily and left out of backups: limits.py."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    day = models.DateField()
    key = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id__in=[1, 2]), name="day_key_is_one_of_two")]

    def __str__(self) -> str:
        return "day key"
