"""Cursors: where a list goes on, as one signed word that only this atlas can have written, for one query alone."""

import json
from hashlib import sha256

from django.core import signing
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from studies.api.problems import UNKNOWN_CURSOR, Problem
from studies.search.going_on import Last

SIGNER = signing.Signer(salt="studies.api.cursor")
LONGEST = 1_000


def written(last: Last, query: object) -> str:
    """The cursor after this study in the list that `query` gives; `query` is anything with one `repr`."""
    text = json.dumps([_mark(query), last.id, last.key, last.given], separators=(",", ":"))
    return SIGNER.sign(urlsafe_base64_encode(text.encode())).replace(":", ".")


def read(cursor: str, query: object) -> Last:
    """Raises Problem where the cursor was not written here, or for another query."""
    try:
        text = urlsafe_base64_decode(SIGNER.unsign(cursor[:LONGEST].replace(".", ":"))).decode()
    except (signing.BadSignature, ValueError):
        raise Problem(UNKNOWN_CURSOR) from None
    mark, id_, key, given = json.loads(text)
    if mark != _mark(query):
        raise Problem(UNKNOWN_CURSOR)
    return Last(id_, key, given)


def _mark(query: object) -> str:
    return sha256(repr(query).encode("utf-8", "surrogatepass")).hexdigest()[:8]
