"""A study is never told without its limits. Rules `missing-limitation` and `key-point-without-doubt`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.wording.findings import ADVISORY, BLOCKING, Finding
from studies.wording.subject import Subject

LIMITS = ("main_limitation", "limitations")
_NONE = re.compile(
    r"(?i)\s*(?:none|n/?a|not applicable|nothing|unknown|-+|\?+|tbd|to do|to follow"
    r"|(?:the\s+(?:study|paper|trial)|it|this study)\s+(?:has|had)"
    r"\s+no\s+(?:\w+\s+)?(?:limitations?|weakness(?:es)?|limits)|(?:there\s+(?:are|were)\s+)?no\s+(?:\w+\s+)?(?:limitations?|limits|weaknesses)"
    r"(?:\s+(?:were\s+)?(?:stated|reported|found|known|named|given))?)\s*[.!]*\s*"
)
_DOUBT = re.compile(
    r"(?i)\b(?:small|few|only|single|one|exploratory|early|preliminary|pilot|self-report\w*|cannot|not|no|nobody|never|may|might"
    r"|could|unclear|unknown|uncertain|limit\w*|idea|hypothesis|theory|suggest\w*|views?|doubt|hint\w*|but|yet|too|however|mixed"
    r"|conflict\w*|argue\w*|propose\w*|predict\w*|survey|without|lack\w*|sure|estimate\w*)\b|n't\b"
)


def missing_limits(subject: Subject) -> Iterator[Finding]:
    if subject.is_empty:
        return
    for field in LIMITS:
        text = str(subject.texts.get(field) or "")
        if not text.strip() or _NONE.fullmatch(text):
            yield _finding("missing-limitation", BLOCKING, field, text, "Say what this study does not show.", _LIMIT)
    point = str(subject.texts.get("key_point") or "")
    if point.strip() and not _DOUBT.search(point):
        message = "The key point does not say how sure the finding is."
        yield _finding("key-point-without-doubt", ADVISORY, "key_point", point, message, _SURE)


def _finding(rule: str, severity: str, field: str, text: str, message: str, better: str) -> Finding:
    return Finding(rule, severity, field, None, 0, len(text), text, "", "", message, better)


_LIMIT = "Only 12 people took part, so the study does not show how common this is."
_SURE = "Lactate was higher in 24 patients than in 24 healthy people; the study was small."
