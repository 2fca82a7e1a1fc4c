"""What can stand in the way of a change; each is raised by several verbs. The messages are for the person who asked."""

from collections.abc import Sequence

from studies.merging import Merge


class Stale(Exception):
    """What was shown is not what is there any more: somebody else was quicker, or the digest differs."""


class Problems(Exception):
    """Rules that the change would break: all of them, as sentences, in `messages`."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = list(messages)


class Conflict(Exception):
    """Somebody else changed the same field meanwhile. `merge.conflicts` has base, current and proposed per field."""

    def __init__(self, merge: Merge) -> None:
        fields = ", ".join(conflict.field for conflict in merge.conflicts)
        super().__init__(f"Changed meanwhile: {fields}.")
        self.merge = merge
