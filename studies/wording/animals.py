"""Results in animals, cells or a computer told as results in patients. Rule `animals-as-patients`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.wording.findings import BLOCKING, Hit
from studies.wording.sentences import Sentence
from studies.wording.stance import Stance, stance
from studies.wording.subject import Subject
from studies.wording.terms import ILLNESS

DESIGNS = {"animal": "animals", "in_vitro": "cells or a computer"}
_GROUP = rf"(?:(?:{ILLNESS}\s+)?(?:patients?|sufferers?)|people|humans?|persons?|those|women|men|children|adults|individuals)"
_FARED = (
    r"(?:helps?|helped|improv\w+|recover\w*|benefit\w*|reliev\w+|eas(?:e|es|ed)|cur(?:e|es|ed)|feels?|felt|respond(?:s|ed)?"
    r"|treat(?:s|ed)|protect\w*|gain(?:s|ed)?|had|has|have|show(?:s|ed)?|need(?:s|ed)?|became|become|got|gets?|suffer(?:s|ed)?"
    r"|develop(?:s|ed)?|experience[sd]?|can|will|are|were|sle(?:ep|pt)|walk(?:s|ed)?|report(?:s|ed)?|los[et])"
)
_WORKED = (
    r"(?:help(?:s|ed)?|improv(?:e|es|ed)|reliev(?:e|es|ed)|eas(?:e|es|ed)|reduc(?:e|es|ed)|restor(?:e|es|ed)|treat(?:s|ed)?"
    r"|work(?:s|ed)?|prevent(?:s|ed)?|protect(?:s|ed)?|lower(?:s|ed)|explain(?:s|ed)?|caus(?:e|es|ed)|trigger(?:s|ed)?"
    r"|(?:is|was|are|were)\s++(?:\w+\s++)?(?:effective|safe|useful|helpful)|lead(?:s)?\s++to|led\s++to|drives?|benefit(?:s|ed)?"
    r"|reverse[sd]?|cure[sd]?|shows?|happens?|applies)"
)
# Space is never given back: what follows begins with something else, and a long run of it would be tried in every way.
PATTERNS = (
    rf"\b{_GROUP}\b(?:\s++(?:with|who\s++have|living\s++with|given)\s++(?:\S{{1,30}}\s++){{0,3}}?\S{{1,30}}|\s++who\s++(?:\S{{1,30}}\s++){{1,5}}?\S{{1,30}})?\s++(?:\w+\s++)?{_FARED}\b",
    rf"\b{_WORKED}\s++(?:\S{{1,30}}\s++){{0,5}}?(?:in|for|of|to)?\s*+(?:\S{{1,30}}\s++)?{_GROUP}\b",
    rf"\b{_WORKED}\s++(?:\S{{1,30}}\s++){{0,3}}?(?:in|for|against|of)?\s*+{ILLNESS}",
    rf"\b(?:treatment|cure|therapy|remedy|medicine|drug)\s++(?:for|against)\s++(?:\w+\s++)?(?:{ILLNESS}|patients|people)",
    rf"{ILLNESS}\s++(?:is|was|comes?|came|results?|can\s++be|improv\w+)\b",
    r"\bpatients'\s++(?:\w+\s++)?(?:fatigue|symptoms|pain|sleep|brains?|muscles?|energy|illness)\b",
)
_PATTERNS = [re.compile("(?i)" + pattern) for pattern in PATTERNS]
# Material of people, studied in a dish or given to animals, and other papers about people, may be spoken of.
_MATERIAL = re.compile(
    r"(?i)\b(?:cells?|serum|sera|plasma|blood|samples?|tissue|antibod\w+|IgG|immunoglobulins?|muscle|biops\w+|vesicles|stool"
    r"|microb\w+|lines?|DNA|RNA|data|variants?|genes?|bacteria|fluid|proteins?)\s+"
    r"(?:\w+\s+){0,3}?(?:from|of|donated by|in)\s+(?:\S{1,30}\s+){0,4}?"
    r"(?:patients?|people|donors?|women|men|children|adults|humans?|individuals)\b"
    r"(?:\s+and\s+(?:\S{1,30}\s+){0,3}?(?:people|controls|donors|volunteers))?|\b(?:patients?|people|donors?|women|men)'?s?\s+(?:own\s+)?(?:cells?|serum|plasma|blood|samples?|tissue|antibod\w+)\b"
)
_ELSEWHERE = re.compile(
    r"(?i)\b(?:earlier|previous|other|another|published|later|future|larger|separate)\s+(?:\w+\s+){0,2}?(?:stud(?:y|ies)|trials?"
    r"|papers?|work|research)\b|\bmodels?\s+of\b|\bno\s+(?:patients?|people|humans?|participants?)\b|\blinked\s+with\b"
)


def animals_as_patients(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    """At most one finding a sentence: the patterns overlap."""
    if subject.design not in DESIGNS or _ELSEWHERE.search(sentence.text):
        return
    text = _MATERIAL.sub(lambda match: "¤" * len(match[0]), sentence.text)
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if stance(sentence, match.start(), match.end()) == Stance.SAID:
                message = (
                    f"This study was done in {DESIGNS[subject.design]}. The sentence reads as if it was about patients."
                )
                yield Hit(
                    match.start(), match.end(), BLOCKING, message, "In mice, … Nobody has tested this in patients."
                )
                return
