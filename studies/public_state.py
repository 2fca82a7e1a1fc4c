"""The one counter that every public write moves, and the end of the atlas's chain."""

from django.db import transaction
from django.utils import timezone

from studies.models import PublicState


def lock() -> PublicState:
    """The single row, locked until the transaction ends. Lock it last: after contribution, proposal and studies.

    The lock is what keeps numbers without gaps and the chain without forks. Must run inside a transaction.
    """
    return PublicState.objects.select_for_update().get(pk=1)


def move(state: PublicState) -> None:
    """The next counter, in a row that is locked; the caller saves it."""
    state.counter += 1
    state.moved_at = timezone.now()


def move_counter() -> int:
    """Move the counter for a public write that is no revision (a definition's name, a topic, a term); returns it."""
    with transaction.atomic():
        state = lock()
        move(state)
        state.save(update_fields=["counter", "moved_at"])
    return state.counter
