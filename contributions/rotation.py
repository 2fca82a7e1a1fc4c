"""Wrap data keys anew with the current key, so that an old one can be dropped from the list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from contributions import crypto
from contributions.keys import encryption_keys
from contributions.models import Contribution


@dataclass
class Rotation:
    """What a run did; `left` counts, by key id, the data keys that are still wrapped with another key."""

    wrapped: int = 0
    current: int = 0
    left: Counter[str] = field(default_factory=Counter)


def rewrap() -> Rotation:
    """Wrap every data key with the current key. Each row by itself, so a run that was cut off is simply run again.

    A key that is not in the list leaves its rows as they are and is named in `left`.
    """
    keys, done = encryption_keys(), Rotation()
    rows = Contribution.objects.filter(wrapped_key__isnull=False).order_by("pk")
    for pk, uuid, value in rows.values_list("pk", "uuid", "wrapped_key").iterator(chunk_size=500):
        wrapped = bytes(value or b"")
        if crypto.key_id_of(wrapped) == keys.current:
            done.current += 1
        else:
            _rewrap_row(keys, done, pk, str(uuid), wrapped)
    return done


def _rewrap_row(keys: crypto.KeyList, done: Rotation, pk: int, uuid: str, wrapped: bytes) -> None:
    """Only the very bytes that were read are replaced: a contribution erased meanwhile gets no key back."""
    try:
        data_key = crypto.unwrap(keys, wrapped=wrapped, uuid=uuid)
    except crypto.DecryptionError:
        done.left[crypto.key_id_of(wrapped)] += 1
        return
    fresh = crypto.wrap(keys, data_key=data_key, uuid=uuid)
    done.wrapped += Contribution.objects.filter(pk=pk, wrapped_key=wrapped).update(wrapped_key=fresh)


def receipts_by_key() -> dict[str, int]:
    """How many receipts each receipt key still opens; a key may be dropped when it opens none."""
    ids = Contribution.objects.filter(receipt_hash__isnull=False).values_list("receipt_key_id", flat=True)
    return dict(sorted(Counter(ids).items()))
