"""What the house remembers of itself."""

from django.db import models


class TimerRun(models.Model):
    """One run of a command that a timer starts, written when it ended; a run that was killed leaves no row.

    `said` is what the command answered: counts and names of sources, never words or names of people.
    """

    name = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    ok = models.BooleanField()
    said = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["name", "-id"], name="timer_run_newest")]

    def __str__(self) -> str:
        return f"{self.name} {self.ended_at:%Y-%m-%d %H:%M}"
