"""When the public state changed last, where that is known."""

from __future__ import annotations

from django.utils.http import http_date

from studies.models import Revision
from studies.search.index import PublicMoment


def last_modified(moment: PublicMoment) -> str | None:
    """The time of the newest public revision as HTTP writes it. One query.

    None where something public without a revision of its own (a topic, a guide) changed after it: then nothing says when, and
    an older time would be untrue. Whether a page changed is told by its tag alone.
    """
    newest = Revision.objects.order_by("-pk").values_list("made_at", "study__public_counter").first()
    if newest is None or newest[1] != moment[0]:
        return None
    return http_date(newest[0].timestamp())
