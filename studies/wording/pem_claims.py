"""What the texts say about PEM at entry must agree with the badge. Rule `pem-contradicts-badge`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.wording.findings import ADVISORY, BLOCKING, Hit
from studies.wording.sentences import Sentence
from studies.wording.stance import Stance, stance
from studies.wording.subject import Subject
from studies.wording.terms import CFS, LONG_COVID, MECFS, PEM

LABELS = {
    "required": "PEM required",
    "partial": "PEM partly required",
    "mixed": "PEM required for some participants",
    "not_required": "PEM not required",
    "unclear": "PEM unclear",
}
_NEEDED = (
    r"(?:required|compulsory|mandatory|obligatory|needed|necessary|essential"
    r"|a\s+must|a\s+condition|an?\s+(?:entry|inclusion)\s+(?:criterion|requirement))"
)
_ALL = r"(?:all|every|each|everyone|everybody|both|100\s?%)"
_FEW = r"(?:\s+[^\s.;:]{1,30}){0,6}?"
_ENTRY = (
    rf"{PEM}\s+(?:\([^)]{{0,60}}\)\s+)?(?:was|is|were|being|had\s+been)\s+(?:therefore\s+|always\s+|strictly\s+)?{_NEEDED}",
    rf"\b(?:had|have|needed|were\s+required|was\s+required)\s+to\s+(?:have|report|suffer\s+from|meet|show){_FEW}\s+{PEM}",
    (
        rf"\b(?:stud(?:y|ies)|trial|team|researchers|authors|paper|they)\s+(?:required|demanded|asked\s+for"
        r"|only\s+(?:included|recruited|enrolled|took|required)"
        rf"|(?:included|recruited|enrolled|took)\s+only){_FEW}\s+{PEM}"
    ),
    rf"\bonly\s+(?:patients|people|those|adults|women|men|participants)\s+(?:with|who\s+had){_FEW}\s+{PEM}",
    rf"\b{_ALL}\b{_FEW}\s+(?:met|fulfilled|satisfied){_FEW}\s+(?:that|which)\s+(?:require|need|demand|ask\s+for)s?{_FEW}\s+{PEM}",
)
_OBSERVED = (
    (
        rf"\b{_ALL}\b{_FEW}\s+(?:had|have|has|experienced|experience|suffered(?:\s+from)?|suffer(?:\s+from)?|showed|got|lived\s+with)"
        rf"{_FEW}\s+{PEM}"
    ),
    rf"{PEM}\s+(?:was|is)\s+(?:present|found|there)\s+in\s+(?:all|every|each|everyone)\b",
)
_WAIVED = (
    rf"{PEM}\s+(?:\([^)]{{0,60}}\)\s+)?(?:was|is)\s+(?:not|never|neither)\s+(?:\w+\s+)?{_NEEDED}",
    rf"{PEM}\s+(?:was|is)\s+(?:only\s+)?optional\b",
    rf"\b(?:did|do|does)(?:\s+not|n't)\s+(?:need|have)\s+to\s+have{_FEW}\s+{PEM}",
    rf"\b(?:without\s+requiring|(?:did|does)\s+not\s+require|no\s+need\s+for){_FEW}\s+{PEM}",
    rf"\b(?:not\s+(?:all|everyone|every)|some\s+patients\s+did\s+not){_FEW}\s+(?:had|have|has){_FEW}\s+{PEM}",
)
_ENTRIES, _OBSERVATIONS, _WAIVERS = (
    [re.compile("(?i)" + pattern) for pattern in patterns] for patterns in (_ENTRY, _OBSERVED, _WAIVED)
)
# PEM as a result of the study, or in a part of its people, says nothing about who could join.
_RESULT = re.compile(
    r"(?i)\b(?:reported|after\s+(?:the|a|one|an|two|both)|following|questionnaire|hours|days|interview|test(?:ed|s)?|during"
    r"|subgroup|subset|of\s+these|at\s+follow-up|scored)\b"
)
_COHORTS = {"ME/CFS": re.compile(rf"(?i){MECFS}|{CFS}"), "long COVID": re.compile(rf"(?i){LONG_COVID}")}


def pem_claims(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    """At most one finding a sentence. Nothing is said where nobody has coded PEM, or no people took part."""
    if subject.pem not in LABELS:
        return
    for patterns, severity in _contradicting(subject.pem):
        for pattern in patterns:
            for match in pattern.finditer(sentence.text):
                if _holds(sentence, match, subject, of_result=patterns is _OBSERVATIONS):
                    message = f"The badge of this study says “{LABELS[subject.pem]}”. The text says something else."
                    yield Hit(match.start(), match.end(), severity, message, "Twelve of the 20 patients reported PEM.")
                    return


def _contradicting(badge: str) -> list[tuple[list[re.Pattern[str]], str]]:
    if badge == "required":
        return [(_WAIVERS, BLOCKING)]
    surely = badge in {"not_required", "mixed"}
    return [(_ENTRIES, BLOCKING), (_OBSERVATIONS, BLOCKING if surely else ADVISORY)]


def _holds(sentence: Sentence, match: re.Match[str], subject: Subject, *, of_result: bool) -> bool:
    if stance(sentence, match.start(), match.end()) not in {Stance.SAID, Stance.TOLD}:
        return False
    if of_result and _RESULT.search(sentence.text):
        return False
    return not _is_about_a_cohort(sentence.text, subject)


def _is_about_a_cohort(text: str, subject: Subject) -> bool:
    """Whether the sentence names one of several groups, and the badge of that group says that PEM was required."""
    required = [name for name, badge in subject.cohorts if name and badge == "required"]
    return len(subject.cohorts) > 1 and any(
        name.lower() in text.lower() or any(p.search(name) and p.search(text) for p in _COHORTS.values())
        for name in required
    )
