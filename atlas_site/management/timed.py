"""What commands have in common that a timer starts: each run leaves one line that staff can see."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from atlas_site.watching import timers


class TimedCommand(BaseCommand):
    """Notes every run in `TimerRun` when it ends: as good, unless it ended with a code other than 0 or with a fault.

    A command `tell`s what shall be kept of its answer: counts and names of sources, nothing that somebody wrote.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told: list[str] = []

    def tell(self, sentence: str) -> None:
        """Answer, and keep the answer with the run."""
        self.stdout.write(sentence)
        self._told.append(sentence)

    def execute(self, *args: Any, **options: Any) -> str | None:
        started_at, self._told, ok = timezone.now(), [], False
        try:
            answer = super().execute(*args, **options)
            ok = True
            return answer
        except SystemExit as end:
            ok = not end.code
            raise
        except Exception as error:
            self._told.append(
                "It stopped." if isinstance(error, CommandError) else f"It stopped: {type(error).__name__}."
            )
            raise
        finally:
            name, said = type(self).__module__.rpartition(".")[2], " ".join(self._told)
            timers.note(name=name, started_at=started_at, ended_at=timezone.now(), ok=ok, said=said)
