"""What can stand in the way of a change; each is raised by several verbs. The messages are for the person who asked."""

from collections.abc import Sequence


class Stale(Exception):
    """What was shown is not what is there any more: somebody else was quicker, or the digest differs."""


class Problems(Exception):
    """Rules that the change would break: all of them, as sentences, in `messages`."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = list(messages)
