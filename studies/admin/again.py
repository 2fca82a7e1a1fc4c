"""What happens when somebody carries out one act twice, as from two tabs: was it the same again, or something else?

The session of the person keeps a keyed digest of what they sent last to each address; the words themselves it never holds.
"""

from __future__ import annotations

import json
from typing import Literal

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

KEY, MOST = "sent", 20  # the last so many addresses of a session
OF_THE_PAGE = frozenset({"csrfmiddlewaretoken", "version", "edition", "digest", "base"})

Again = Literal["same", "other", ""]


def note_sent(request: HttpRequest) -> None:
    """Effect: the session knows by its digest what was sent with this request, which was just carried out."""
    known = {path: sent for path, sent in request.session.get(KEY, {}).items() if path != request.path}
    request.session[KEY] = dict([*known.items(), (request.path, _digest(request))][-MOST:])


def compared(request: HttpRequest) -> Again:
    """This request beside the one that was carried out at its address; empty where the session knows of none."""
    first = request.session.get(KEY, {}).get(request.path)
    if first is None:
        return ""
    return "same" if first == _digest(request) else "other"


def _digest(request: HttpRequest) -> str:
    """Of all that a person typed or chose, without what the page itself sends along."""
    sent = sorted((name, values) for name, values in request.POST.lists() if name not in OF_THE_PAGE)
    told = json.dumps([(name, [value.strip() for value in values]) for name, values in sent])
    return salted_hmac("studies.admin.again", told, algorithm="sha256").hexdigest()
