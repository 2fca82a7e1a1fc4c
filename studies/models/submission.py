from django.conf import settings
from django.db import models
from django.db.models import Q


class Submission(models.Model):
    """One handing over of a draft for review, and the reviewer's answer where it was sent back. For staff only.

    `values` is the snapshot that was submitted, so that the next review can show what changed since. The rows go when the
    study is published: from then on its history says what was public, and nothing else is kept.
    """

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="submissions")
    values = models.JSONField(default=dict, editable=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    note = models.TextField("why it was sent back", blank=True)
    sent_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["study"], condition=Q(sent_back_at__isnull=True), name="submission_open_once"
            ),
            models.CheckConstraint(
                condition=Q(sent_back_at__isnull=True, note="") | (Q(sent_back_at__isnull=False) & ~Q(note="")),
                name="submission_sent_back_has_note",
            ),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk} of study {self.study_id}"
