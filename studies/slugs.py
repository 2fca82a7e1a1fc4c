"""Addresses of studies: `vernon-2025-incidence-prevalence`. Pure.

A slug is frozen when the study is published, so the rules here may never change for words that are in use.
"""

import re
import unicodedata
from collections.abc import Container
from itertools import islice

MAX_SLUG = 80
STOP_WORDS = frozenset(
    """
    a an the and or but nor of in on at to for from by with without within into as is are was were be been
    its it this that these those not no vs versus via during after before between among using based
    toward towards do does can could may will how what when where which who why
    """.split()
)

# Letters that Unicode does not take apart into a Latin letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H", "ŧ": "t", "ŋ": "n"}
)
_APOSTROPHES = "'`’‘ʼ′"
_UNSEEN = ("Mn", "Me", "Cf")
_TAG = re.compile(r"</?[a-z]{1,6}>", re.IGNORECASE)


def study_slug(first_author_family: str, collective: str, year: int | None, title: str) -> str:
    """The slug of a paper by the family name of its first author, or the first word of a group's name.

    No author, or a name without any Latin letter: `anon`; no year: `nd`.
    """
    author = _part(first_author_family) or _part((collective.split() or [""])[0]) or "anon"
    words = (part for part in map(_part, _TAG.sub(" ", title).split()) if part and part not in STOP_WORDS)
    return _cut("-".join([author, str(year) if year is not None else "nd", *islice(words, 2)]), MAX_SLUG)


def with_suffix(base: str, taken: Container[str]) -> str:
    """`base`, or `base-2`, `base-3`, … for the first one that is not taken."""
    slug, number = base, 1
    while slug in taken:
        number += 1
        suffix = f"-{number}"
        slug = _cut(base, MAX_SLUG - len(suffix)) + suffix
    return slug


def _part(word: str) -> str:
    """One word in ASCII small letters and digits; hyphens for what stood between them, nothing for apostrophes."""
    plain = unicodedata.normalize("NFKD", word.translate(_LETTERS)).translate(_LETTERS)
    return re.sub("-+", "-", "".join(map(_sign, plain)).lower()).strip("-")


def _sign(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    # Marks of letters, letters of other scripts, and signs that nobody sees: dropped, not turned into a gap.
    silent = character in _APOSTROPHES or character.isalnum() or unicodedata.category(character) in _UNSEEN
    return "" if silent else "-"


def _cut(slug: str, length: int) -> str:
    """At most `length` characters, cut between words where one of them ends late enough."""
    if len(slug) <= length:
        return slug
    head, _, _ = slug[: length + 1].rpartition("-")
    return (head if len(head) > length // 2 else slug[:length]).strip("-")
