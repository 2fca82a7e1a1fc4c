"""Signs of spam add up; at intake.QUARANTINE_SCORE a person looks first. Nothing is ever thrown away. Pure."""

import re
from dataclasses import dataclass, field

QUICK_SECONDS = 3
FREE_LINKS = 2
MOST_FOR_LINKS = 3
TRAP, QUICK, REPEATED, UNPROVEN = 3, 2, 3, 5

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True)
class Signs:
    """What speaks for spam.

    `trapped`: the box that people do not see was filled (browsers do that too). `seconds`: how long the form was open,
    None where it is not one of ours. `repeated`: the same text came more than twice within the hour. `unproven`: very
    much arrives and no proof of work came along.
    """

    text: str = field(repr=False)
    seconds: int | None = None
    trapped: bool = False
    repeated: bool = False
    unproven: bool = False


def score(signs: Signs) -> int:
    """0 for an ordinary message; no single sign but `unproven` is enough for quarantine."""
    links = len(_LINK.findall(signs.text))
    return (
        TRAP * signs.trapped
        + QUICK * (signs.seconds is None or signs.seconds < QUICK_SECONDS)
        + min(max(links - FREE_LINKS, 0), MOST_FOR_LINKS)
        + REPEATED * signs.repeated
        + UNPROVEN * signs.unproven
    )
