"""The hidden value of a contribution form: its random token and when it was made, signed.

The token makes one contribution of a form that is sent twice, and gives the receipt its words; so it belongs to one
person and stands only in pages that nobody stores. The signed value is also the challenge of the proof of work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.core.signing import BadSignature, Signer

from contributions import receipts

SALT = "contributions.form"


@dataclass(frozen=True)
class FormToken:
    """`seconds`: how long the form was open; None where the value is not one of ours, which never refuses anybody."""

    token: str = field(repr=False)
    seconds: int | None


def new(*, at: datetime) -> str:
    """A fresh value for a form."""
    return Signer(salt=SALT).sign(f"{receipts.new_token()}.{int(at.timestamp())}")


def read(value: str, *, at: datetime) -> FormToken:
    """What a sent value says. A value that was altered keeps its token, if it has one, else it gets a new one."""
    try:
        token, _, made = Signer(salt=SALT).unsign(value).partition(".")
        return FormToken(token, max(0, int(at.timestamp()) - int(made)))
    except BadSignature:
        token = value[:32]
        return FormToken(token if receipts.TOKEN_PATTERN.fullmatch(token) else receipts.new_token(), None)
