"""What commands have in common that a timer starts: each run leaves one line that staff can see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from atlas_site.watching import clock, timers


class TimedCommand(BaseCommand):
    """Notes every run in `TimerRun` when it ends: as good, unless it ended with a code other than 0 or with a fault.

    A command `tell`s what shall be kept of its answer: counts and names of sources, nothing that somebody wrote. One that
    `goes_by_the_clock`, because it deletes or publishes what is due, does nothing while the time is in doubt.
    """

    goes_by_the_clock = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        if self.goes_by_the_clock:
            parser.add_argument(
                "--trust-clock", action="store_true", help="do the work although no run was seen for long"
            )

    def tell(self, sentence: str) -> None:
        """Answer, and keep the answer with the run."""
        self.stdout.write(sentence)
        self._told.append(sentence)

    def execute(self, *args: Any, **options: Any) -> str | None:
        started_at, self._told, ok = timezone.now(), [], False
        try:
            self._look_at_the_clock(started_at, **options)
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
            said = " ".join(self._told)
            timers.note(name=self._name, started_at=started_at, ended_at=timezone.now(), ok=ok, said=said)

    def _look_at_the_clock(self, at: datetime, *, trust_clock: bool = False, **options: Any) -> None:
        if self.goes_by_the_clock and not trust_clock and (doubt := clock.doubt(self._name, at)):
            self._told.append("The clock is in doubt.")
            raise CommandError(doubt)

    @property
    def _name(self) -> str:
        return type(self).__module__.rpartition(".")[2]
