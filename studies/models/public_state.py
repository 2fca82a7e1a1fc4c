from django.db import models


class PublicState(models.Model):
    """The single row that every public write moves (decisions: one counter for everything public).

    Whoever writes something public locks this row last, so counters and the global chain have no gaps and no forks.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    counter = models.PositiveBigIntegerField(default=0)
    revisions = models.PositiveBigIntegerField(default=0)
    newest_hash = models.CharField(max_length=64, blank=True)
    moved_at = models.DateTimeField(null=True, editable=False, help_text="When the counter moved last.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="public_state_is_one_row")]

    def __str__(self) -> str:
        return f"public state {self.counter}"
