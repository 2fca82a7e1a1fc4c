"""Resumption tokens: where a list goes on. Signed, and kept nowhere but with the harvester.

A place in a list is the public counter of the last study's change, with the study's id. The counter moves under a lock
with every public change, so a study that changes during a harvest moves to the end of the list and comes again; and as
all that is still to come has a greater counter, nothing is passed over, not even what changes within one second.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

from studies.oai.questions import ProtocolError, Question

LIFETIME = timedelta(hours=24)
_SALT = "studies.oai.resumption"


@dataclass(frozen=True)
class Place:
    """The list that was asked for, what was handed over of it, and the last study in that.

    `total` was counted when the list began. `counter` and `study` are 0 at its beginning.
    """

    verb: str
    prefix: str
    set: str = ""
    begin: str = ""
    end: str = ""
    counter: int = 0
    study: int = 0
    given: int = 0
    total: int = 0


def beginning(question: Question) -> Place:
    """The beginning of the list that a question without a token asks for."""
    return Place(
        verb=question.verb,
        prefix=question.get("metadataPrefix"),
        set=question.get("set"),
        begin=question.get("from"),
        end=question.get("until"),
    )


def token_of(place: Place) -> str:
    return signing.dumps(asdict(place), salt=_SALT, compress=True)


def read(token: str, verb: str) -> Place:
    """The place that a token holds. Raises ProtocolError where it is not ours, too old, or of another verb."""
    try:
        place = Place(**signing.loads(token, salt=_SALT, max_age=LIFETIME))
    except (signing.BadSignature, TypeError, ValueError):
        message = (
            f"This token is not valid, or older than {LIFETIME // timedelta(hours=1)} hours. Begin the list again."
        )
        raise ProtocolError("badResumptionToken", message) from None
    if place.verb != verb:
        raise ProtocolError("badResumptionToken", f"This token belongs to {place.verb}.")
    return place


def expires(now: datetime) -> datetime:
    """Until when a token that is handed out now is good."""
    return now.astimezone(UTC) + LIFETIME
