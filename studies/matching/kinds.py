"""What kind of paper a title announces: a notice about another paper, a reply, a protocol, or the paper itself. Pure.

Their titles repeat the title of the paper they speak of, so papers of different kinds are never the same one.
"""

import re
from collections.abc import Iterable

ARTICLE = "article"
NOTICES = ("retraction", "correction", "concern")

_LEAD = r"^\W*(?:(?:editorial|editor'?s?|author'?s?|publisher'?s?) )?"
_OPENS = r"\s*(?:(?:to|of|for)\b)?\s*[:\"“”‘'\[«]"  # a colon or a quoted title follows
_CORRECTION = r"(?:correction|corrigendum|corrigenda|erratum|errata|addendum)s?(?: note)?"
_PATTERNS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("retraction", _LEAD + r"(?:notice of )?(?:partial )?retraction" + _OPENS),
        ("retraction", _LEAD + r"(?:notice of retraction\b|retraction\W*$)"),
        ("retraction", _LEAD + r"(?:retraction|withdrawal) (?:note|notice|statement)\b"),
        ("correction", _LEAD + _CORRECTION + r"(?: to\b|\W*$|" + _OPENS + ")"),
        ("correction", _LEAD + r"correction for\b.{1,60}\bet al\b"),
        ("concern", _LEAD + r"(?:editorial )?(?:note|expression) of concern\b"),
        ("reply", r"^\W*(?:in )?(?:re|reply|response|comments?|commentary|letter)\b\s*(?:to\b|on\b|from\b|regarding\b|:)"),
        ("reply", r"\bauthors?'?s?'? (?:reply|response)\W*(?:$|to\b|:)"),
        ("protocol", r"^\W*protocol\b|\b(?:study|trial|review) protocol\b|\bprotocol\W*$"),
        ("protocol", r":\s*(?:a |the )?protocol\b|\bprotocol (?:for|of) (?:a|an|the)\b"),
    )
)  # fmt: skip
# Hardly any title has one of these, so one look spares nine.
_TRIGGERS = re.compile(
    r"retract|withdraw|correction|corrigend|errat|addend|concern|protocol|reply|response|comment|letter|^\W*(?:in )?re\b",
    re.IGNORECASE,
)
_TYPES = {
    "retraction of publication": "retraction",
    "retraction notice": "retraction",
    "retraction": "retraction",
    "published erratum": "correction",
    "correction": "correction",
    "erratum": "correction",
    "corrigendum": "correction",
    "expression of concern": "concern",
    "expression-of-concern": "concern",
    "comment": "reply",
    "clinical trial protocol": "protocol",
}
_OWN_MARK = re.compile(
    r"^\W*(?:retracted|withdrawn|article retracted|retracted article)\b(?: article)?\W*[:\]]\s*", re.IGNORECASE
)


def kind_of(title: str, types: Iterable[str] = ()) -> str:
    """`retraction`, `correction`, `concern`, `reply`, `protocol` or `article`; a source's own word counts before the title.

    "Retracted: …" is how journals rename a retracted paper, so it is the paper; the notice has "Retraction" there.
    """
    named = {_TYPES[word.casefold()] for word in types if word.casefold() in _TYPES}
    for kind in (*NOTICES, "protocol"):
        if kind in named:
            return kind
    found = _announced(title) if _TRIGGERS.search(title) else ARTICLE
    return "reply" if found == ARTICLE and "reply" in named else found


def _announced(title: str) -> str:
    bare = without_mark(title).replace("’", "'")
    return next((kind for kind, pattern in _PATTERNS if pattern.search(bare)), ARTICLE)


def notice_kind(title: str, types: Iterable[str] = ()) -> str:
    """`retraction`, `correction` or `concern` where this is a notice about another paper, else nothing."""
    kind = kind_of(title, types)
    return kind if kind in NOTICES else ""


def noticed_title(title: str) -> str:
    """The title that a notice repeats: what follows its first colon or stands in quotes; nothing where it repeats none."""
    quoted = re.search(r"[“\"‘«](.{15,})[”\"’»]", title)
    return (quoted[1] if quoted else title.partition(":")[2]).strip()


def says_retracted(title: str) -> bool:
    return bool(_OWN_MARK.match(title))


def without_mark(title: str) -> str:
    """The title without the "Retracted:" that a journal put before it."""
    return _OWN_MARK.sub("", title)
