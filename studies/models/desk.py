"""How papers come in: queries, arrivals, uploaded files, suspected duplicates, publications that wait for their hour."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from studies.vocabulary_desk import ArrivalState, OutOfScope, PairState, RunState, Source, UploadState


class SourceQuery(models.Model):
    """What a source is asked for. A new wording is a new version; what a paper was found by stays known."""

    source = models.CharField(max_length=16, choices=Source)
    version = models.PositiveIntegerField()
    text = models.TextField(help_text="In the source's own language.")
    since = models.DateField(help_text="Nothing that the source learnt of before this day is asked for.")
    is_active = models.BooleanField(default=True)
    note = models.CharField("why this wording", max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "question to a source"
        verbose_name_plural = "questions to the sources"
        ordering = ["source", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["source", "version"], name="source_query_version_once"),
            models.UniqueConstraint(fields=["source"], condition=Q(is_active=True), name="source_query_one_active"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="source_query_source_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()}, version {self.version}"


class SyncRun(models.Model):
    """One asking of a source, or what is left of it: `cursor` is where the next one goes on after a stop."""

    query = models.ForeignKey(SourceQuery, on_delete=models.PROTECT, related_name="runs")
    since = models.DateField()
    until = models.DateField()
    cursor = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    read = models.PositiveIntegerField(default=0)
    arrived = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    notices = models.PositiveIntegerField(default=0, help_text="Errata and retractions, which are no studies.")
    refused = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0, help_text="Found by single words, without any phrase asked for.")
    refusals = models.JSONField(
        default=list, editable=False, help_text="The first: number at the source, title, reason."
    )
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "search of a source"
        verbose_name_plural = "searches of the sources"
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="sync_run_state_known"),
            models.UniqueConstraint(fields=["query"], condition=Q(state="running"), name="sync_run_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.query_id}: {self.since} to {self.until}"


class Arrival(models.Model):
    """A paper that a source named, and what an editor made of it.

    The row outlives the draft, so that a paper that was found out of scope does not come again. `record` is the paper as it came
    (`stored_papers`). The draft of an arrival that is set aside is deleted.
    """

    source = models.CharField(max_length=16, choices=Source)
    source_id = models.CharField("number at the source", max_length=255)
    query = models.ForeignKey(SourceQuery, on_delete=models.PROTECT, null=True, blank=True, related_name="arrivals")
    title = models.TextField()
    record = models.JSONField(default=dict, editable=False)
    state = models.CharField(max_length=12, choices=ArrivalState, default=ArrivalState.WAITING)
    version = models.PositiveIntegerField(default=0, editable=False)
    study = models.ForeignKey(
        "studies.Study", on_delete=models.SET_NULL, null=True, blank=True, related_name="arrivals"
    )
    reason = models.CharField("why it is out of scope", max_length=16, choices=OutOfScope, blank=True)
    note = models.CharField(max_length=300, blank=True)
    arrived_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "new paper"
        ordering = ["-arrived_at", "-id"]
        indexes = [models.Index(fields=["state", "-arrived_at", "-id"], name="arrival_inbox")]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="arrival_once"),
            models.CheckConstraint(condition=Q(state__in=ArrivalState.values), name="arrival_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ArrivalState.OUT_OF_SCOPE) | ~Q(reason=""), name="arrival_out_of_scope_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"


class Upload(models.Model):
    """A file that an editor sent: tried first, written once it is confirmed. Its bytes go when it is decided and written.

    One that is tried and has a `decided_at` is being written since then.
    """

    name = models.CharField("file name", max_length=200)
    format = models.CharField(max_length=20)
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True, editable=False)
    report = models.JSONField(default=dict, editable=False)
    state = models.CharField(max_length=9, choices=UploadState, default=UploadState.TRIED)
    version = models.PositiveIntegerField(default=0, editable=False)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_known"),
            models.CheckConstraint(
                condition=Q(state=UploadState.TRIED) | Q(content__isnull=True), name="upload_content_goes_when_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"


class PossibleDuplicate(models.Model):
    """Two studies that may be one paper, for a person to decide."""

    one = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="+")
    reasons = models.JSONField(default=list, help_text="Sentences.")
    score = models.PositiveSmallIntegerField(help_text="0 to 100.")
    state = models.CharField(max_length=9, choices=PairState, default=PairState.OPEN)
    version = models.PositiveIntegerField(default=0, editable=False)
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-score", "id"]
        indexes = [models.Index(fields=["state", "-score", "id"], name="possible_duplicate_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="possible_duplicate_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="possible_duplicate_smaller_first"),
            models.CheckConstraint(condition=Q(state__in=PairState.values), name="possible_duplicate_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"


class PublishingOrder(models.Model):
    """An approver's decision to publish a study at a later hour, exactly as it was shown (`digest`)."""

    study = models.OneToOneField("studies.Study", on_delete=models.CASCADE, related_name="publishing_order")
    digest = models.CharField(max_length=64)
    publish_at = models.DateTimeField()
    note = models.TextField(blank=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    fault = models.TextField("why it was not carried out", blank=True)

    class Meta:
        ordering = ["publish_at", "id"]
        indexes = [models.Index(fields=["publish_at"], name="publishing_order_due")]

    def __str__(self) -> str:
        return f"study {self.study_id} at {self.publish_at:%Y-%m-%d %H:%M}"
