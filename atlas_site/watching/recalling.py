"""What `manage.py alarm` knows from its last runs: whom it told of what, and the counts of the last hour.

It stands in a file, because the database may be what is away. One that cannot be read counts as none.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

HOUR = timedelta(hours=1)
AGAIN = timedelta(days=1)  # what lasts is told once more after so long

logger = logging.getLogger(__name__)


@dataclass
class Memory:
    """`told`: when somebody was told, by name of the alarm. `counted`: sums as they stood at each run, the oldest first."""

    told: dict[str, datetime] = field(default_factory=dict)
    counted: list[tuple[datetime, dict[str, int]]] = field(default_factory=list)

    def add(self, counts: Mapping[str, int], *, at: datetime) -> Counter[str]:
        """Remember these sums; returns by how much each grew within the last hour, none where this is the first run.

        A sum that went back began anew with its server, and counts from nothing.
        """
        recent = [(when, sums) for when, sums in self.counted if at - HOUR <= when < at]
        self.counted = [*recent, (at, dict(counts))]
        grown: Counter[str] = Counter()
        for (_, before), (_, after) in pairwise(self.counted):
            for name, number in after.items():
                held = before.get(name, 0)
                grown[name] += number - held if number >= held else number
        return grown

    def is_new(self, name: str, *, at: datetime) -> bool:
        """Whether nobody was told within a day. What a clock that ran ahead noted counts for nothing."""
        told = self.told.get(name)
        return told is None or not at - AGAIN < told <= at

    def note(self, names: list[str], *, at: datetime) -> None:
        """These are told; what was told a day ago or longer is forgotten."""
        self.told = {name: when for name, when in self.told.items() if at - AGAIN < when <= at}
        self.told |= dict.fromkeys(names, at)

    def keep(self, path: Path) -> None:
        """Write it, whole or not at all. Raises OSError."""
        told = {name: when.isoformat() for name, when in self.told.items()}
        counted = [[when.isoformat(), sums] for when, sums in self.counted]
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps({"told": told, "counted": counted}))
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        try:
            return cls._from_data(json.loads(path.read_text()))
        except FileNotFoundError:
            return cls()
        except (OSError, KeyError, TypeError, ValueError, AttributeError):
            logger.warning("The file of the last alarms could not be read.")
            return cls()

    @classmethod
    def _from_data(cls, data: dict[str, Any]) -> Self:
        told = {name: datetime.fromisoformat(when) for name, when in data["told"].items()}
        counted = [(datetime.fromisoformat(when), dict(sums)) for when, sums in data["counted"]]
        return cls(told, counted)
