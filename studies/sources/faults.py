"""What can go wrong between the atlas and an outside service. Pure.

Every message is a sentence for an editor. It names the service and never an address that was asked, because an address may
hold a key.
"""


class SourceFault(Exception):
    """The service gave no usable answer. `is_passing`: the same question may be answered later."""

    is_passing = False


class Unreachable(SourceFault):
    """No connection, no answer in time, an answer that broke off, or an error of the service itself."""

    is_passing = True


class Busy(SourceFault):
    """The service asks to come back later; `after` is the number of seconds it named, None where it named none."""

    is_passing = True

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class NotThere(SourceFault):
    """The service does not know this paper."""


class Declined(SourceFault):
    """The service refuses the question (HTTP 4xx); `status` is the number of its answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class OffLimits(SourceFault):
    """The atlas itself does not go there: another host, no HTTPS, or an address inside a private network."""


class TooLarge(SourceFault):
    """The answer is larger than any that is needed."""


class Unintelligible(SourceFault):
    """The answer has another type than asked for, is empty, or cannot be read."""


class Endless(SourceFault):
    """The service gives page after page, more than it can have."""


class Circle(Endless):
    """Its pages lead back to where they began, so that the place to go on from is worth nothing."""


class NotConfigured(SourceFault):
    """The settings do not say enough to ask anybody."""
