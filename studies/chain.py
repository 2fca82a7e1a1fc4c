"""The hash of a revision: what binds a study's history, and the atlas's, into a chain. Pure.

Described for others, with test vectors, in `docs/history.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from studies.canonical import canonical, sha256_hex, timestamp


@dataclass(frozen=True)
class Link:
    """Everything a revision's hash covers. `values` holds the salted hash of each changed field's new value."""

    study: int
    number: int
    sequence: int
    made_at: datetime
    kind: str
    reason: str
    note: str
    evidence_url: str
    approver_role: str
    second_role: str
    values: Mapping[str, str]
    previous_hash: str
    previous_global_hash: str

    @property
    def hash(self) -> str:
        return sha256_hex(canonical(vars(self) | {"made_at": timestamp(self.made_at)}))
