"""The atlas tells what was found; it gives no advice on treatment, dose or activity. Rule `advice`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.wording.findings import BLOCKING, Hit
from studies.wording.sentences import Sentence
from studies.wording.stance import Stance, stance
from studies.wording.subject import Subject

_WHO = (
    r"(?:patients?|people|sufferers?|carers?|parents?|doctors?|clinicians?|gps?|physicians|nurses|therapists|readers?|everyone"
    r"|everybody|anyone|those|they|women|men|children|families|family|adults|individuals)"
)
_DO = (
    r"(?:take|try|use|avoid|stop|start|rest|pace|exercise|eat|drink|sleep|ask|see|consult|consider|get|increase|reduce|limit"
    r"|follow|keep|wear|do|begin|continue|seek|talk|speak|receive|supplement|practise|practice|change|cut|go|walk|monitor"
    r"|discuss|request|demand|join|learn|stay|give|offer|prescribe|recommend|test|check|treat|refer|measure\s+their|lie|believe|accept|listen|adapt|adjust|save|plan|never"
    r"|not|always|be\s+(?:given|offered|treated|prescribed|screened|advised|encouraged|told|referred|tested|careful|warned))"
)
PATTERNS = (
    (
        rf"\b{_WHO}\b(?:\s+[^\s.;]{{1,30}}){{0,5}}?\s+(?:should|must|ought\s+to|need\s+to|needs\s+to|have\s+to|has\s+to|are\s+best\s+to)\s+"
        rf"(?:\w+ly\s+|also\s+|first\s+)?{_DO}\b"
    ),
    r"\byou(?:rs|rself)?\b|\byour\b",
    r"\b(?:we|i)\s+(?:\w+\s+)?(?:recommend|advise|suggest|urge|encourage)\b|\blet\s+us\b",
    (
        r"\b(?:is|are|be)\s+(?:\w+ly\s+)?(?:recommended|advisable|advised|encouraged|urged|indicated|preferable)\b"
        r"(?!\s+(?:by|in)\s+the\s+(?:authors|paper|guideline|review))"
    ),
    r"\b(?:right|best|ideal|optimal|recommended|correct|safe|usual|starting|effective)\s+(?:daily\s+)?(?:dose|dosage|amount)\b",
    r"\b(?:safe\s+and\s+effective|worth\s+(?:a\s+try|trying|taking)|treatment\s+of\s+choice|first-line\s+treatment|go-to\s+treatment)\b",
    rf"\bit\s+is\s+(?:\w+ly\s+)?(?:important|essential|vital|best|wise|crucial|necessary)\s+(?:for\s+\w+\s+)?to\s+{_DO}\b",
    r"\b(?:can|may)\s+be\s+(?:taken|used|done|given)\s+safely\b",
    r"\b(?:can|may)\s+safely\s+(?:take|use|be\s+(?:taken|used)|exercise|do|increase)\b",
    (
        r"^(?:take|try|avoid|ask|consult|consider|talk\s+to|speak\s+to|discuss|seek|stop\s+taking|start\s+(?:with|taking|on)|remember|make"
        r"\s+sure|do\s+not|don't|never|always|please|be\s+careful|rest\s+(?:before|after|when|as|more)|pace\s+(?:every|all|each))\s+\w"
    ),
)
_PATTERNS = [re.compile("(?i)" + pattern) for pattern in PATTERNS]
_RESEARCH = re.compile(r"(?i)\b(?:stud(?:y|ies)|trials?|researchers|research|teams?|reviewers)\b")
_BY_OTHERS = re.compile(
    r"(?i)\b(?:authors?|guideline|panel|group|paper|review|experts?|they|committee|who|nice|researchers|team)\b(?:\s+\S{1,30}){0,4}?\s+"
    r"(?:recommend|advise|suggest|say|said|state|argue|call|ask|propose|urge|want|favour|support|judge|conclude|hold|warn)(?:[sd]|ed)?\b"
)


def advice(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    """At most one finding a sentence. What the authors recommend may be told, as theirs."""
    for number, pattern in enumerate(_PATTERNS):
        for match in pattern.finditer(sentence.text):
            if _is_advice(sentence, match, of_people=number == 0):
                message = "This reads as advice to readers. The atlas tells what was found and recommends nothing."
                better = "The authors recommend …, or: patients who paced themselves reported fewer crashes."
                yield Hit(match.start(), match.end(), BLOCKING, message, better)
                return


def _is_advice(sentence: Sentence, match: re.Match[str], *, of_people: bool) -> bool:
    before = sentence.text[max(0, match.start() - 160) : match.start()]
    if _BY_OTHERS.search(before) or (of_people and _RESEARCH.search(match[0])):
        return False
    meant = stance(sentence, match.start(), match.end())
    # "You may want to rest" is advice, however softly put, and so is "patients should not exercise".
    return meant in {Stance.SAID, Stance.TOLD} or (match[0].lower().startswith("you") and meant != Stance.ASKED)
