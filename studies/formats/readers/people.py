"""Lists of authors as files write them in one text or one line each, taken apart into names. Pure."""

import re
from collections.abc import Iterable

from studies.names import is_group, parse_names, stands_for_more
from studies.records import Author, Person

MOST_NAME = 300  # letters; what is longer is taken apart by no pattern

_ORDER = re.compile(r"^(?P<given>(?:[^\W\d_]\.[-‐ ]*)+)\s*(?P<family>[^\W\d_][^\d,]*)$")
_INITIALS = re.compile(r"^(?:[^\W\d_]\.?[-‐ ]?){1,5}$")
_FAMILY_INITIALS = re.compile(r"^[^\W\d_][^,]*?\s[A-Z]{1,4}$")
_ET_AL = re.compile(r"(?i)[,;]? (?:et\.? al\.?|and others)$")


def read_names(texts: Iterable[str]) -> tuple[tuple[Author, ...], bool]:
    """(names in order, whether authors are missing) of texts that hold one name or several divided by semicolons."""
    parts = [" ".join(part.split()) for text in texts for part in text.split(";") if part.strip()]
    cut = [_ET_AL.sub("", part) for part in parts]
    names = tuple(name for part in cut for name in _name(part))
    return names, stands_for_more(parts) or cut != parts


def split_names(text: str) -> list[str]:
    """The authors of one cell of a table: divided by semicolons, line breaks, bars, `and`, or by commas after initials."""
    parts = [" ".join(part.split()) for part in re.split(r"[;|\n]", text)]
    if len(parts) == 1:
        parts = re.split(r"(?i) (?:and|&) ", parts[0])
    return [name for part in parts for name in _at_commas(part)]


def _at_commas(text: str) -> list[str]:
    """`Smith J, Doe A` are two names, `Smith, J., Doe, A.` are two, `Smith, John` is one."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    bare = [part.rstrip(".") for part in parts]
    if len(parts) > 1 and all(_FAMILY_INITIALS.match(part) or is_group(part) for part in bare):
        return bare
    families, initials = parts[::2], parts[1::2]
    if len(parts) > 2 and len(parts) % 2 == 0 and all(map(_INITIALS.match, initials)):
        return [f"{family}, {given}" for family, given in zip(families, initials, strict=True)]
    if len(parts) > 3:  # three or fewer may be one name with a suffix
        return parts
    return [text.strip()] if text.strip() else []


def _name(text: str) -> list[Author]:
    match = _ORDER.match(text.strip()) if len(text) < MOST_NAME else None
    if match and not match["family"].isupper():
        return [Person(match["family"].strip(), match["given"].strip())]
    return parse_names([text])
