"""Which contribution this browser has open: a session that holds its uuid and nothing else.

Opening one ends whatever session was there, a member of staff's too, so that the two are never linked.
"""

from __future__ import annotations

from django.http import HttpRequest

from contributions.models import Contribution
from contributions.vocabulary import State

KEY = "contribution"
IDLE_SECONDS = 30 * 60


def open_session(request: HttpRequest, contribution: Contribution) -> None:
    """Begin a new session under a new key."""
    request.session.flush()
    request.session[KEY] = str(contribution.uuid)
    request.session.set_expiry(IDLE_SECONDS)


def opened(request: HttpRequest) -> Contribution | None:
    """The contribution that is open here; the 30 minutes begin anew. An erased one is open nowhere."""
    row_uuid = request.session.get(KEY)
    if row_uuid is None:
        return None
    rows = Contribution.objects.select_related("study").exclude(state=State.ERASED)
    contribution = rows.filter(uuid=row_uuid).first()
    if contribution is None:
        request.session.flush()
        return None
    request.session.modified = True
    return contribution
