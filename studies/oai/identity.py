"""What this repository calls itself and its records."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

# Of the protocol's schema; .invalid is a top-level domain that nobody can own (RFC 2606).
_MAIL = re.compile(r"\S+@(\S+\.)+\S+\Z")
NO_CONTACT = "no-contact-is-set@atlas.invalid"
LONGEST_ID = 18  # digits; a longer number is no study's


def base_url() -> str:
    return settings.ATLAS_URL + reverse("studies:oai")


def has_contact() -> bool:
    """Whether ATLAS_CONTACT can stand in an answer; the protocol wants an address with a dot in its host."""
    return _MAIL.match(settings.ATLAS_CONTACT) is not None


def admin_email() -> str:
    """Where harvesters reach whoever runs the atlas. The protocol demands one, so without it an address says that."""
    return settings.ATLAS_CONTACT if has_contact() else NO_CONTACT


def identifier_of(study: int) -> str:
    """By the study's number, which the history names too and which never changes; an address may be renamed."""
    return f"oai:{urlsplit(settings.ATLAS_URL).hostname}:study-{study}"


def study_in(identifier: str) -> int:
    """The number of the study that an identifier of ours names; 0, which no study has, for any other."""
    number = identifier.removeprefix(identifier_of(0)[:-1])
    is_ours = number.isascii() and number.isdigit() and len(number) <= LONGEST_ID
    return int(number) if is_ours and identifier == identifier_of(int(number)) else 0
