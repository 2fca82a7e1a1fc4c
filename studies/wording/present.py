"""A finding of one study told as if it held for every patient, for ever. Rule `generic-present`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.wording.findings import ADVISORY, BLOCKING, Hit
from studies.wording.sentences import Sentence
from studies.wording.stance import Stance, stance
from studies.wording.subject import Subject
from studies.wording.terms import ILLNESS

# Several studies may carry a present tense; then the rule only advises.
POOLED = frozenset({"systematic_review", "guideline"})
_PEOPLE = (
    r"(?:patients|people|sufferers|women|men|adults|children|adolescents|individuals|females|males|those|participants)"
)
_GROUP = (
    rf"(?:{ILLNESS}\s+{_PEOPLE}|{_PEOPLE}\s+(?:with|who\s+have|living\s+with|suffering\s+from)\s+(?:\w+\s+){{0,2}}?{ILLNESS}"
    r"|patients)"
)
_OTHER_THAN_NORMAL = (
    r"(?:lower|higher|reduced|elevated|raised|increased|decreased|impaired|abnormal(?:ly)?|altered|fewer|less|more|greater"
    r"|smaller|weaker|stronger|slower|faster|worse|poorer|longer|shorter|disturbed|dysfunctional|low|high|overactive"
    r"|underactive|exhausted|damaged|leaky|sticky|stiff|chronic(?:ally)?|deficits?|deficien(?:t|cy|cies)|damage"
    r"|dysfunction|inflammation|inflamed|autoantibodies|antibodies|too\s+(?:little|much|few|many)|microclots)"
)
_HAVE = (
    r"(?:have|has|shows?|displays?|exhibits?|produces?|carry|make|perform|breathe|sleep|scores?|reach|use|burn|get|experience"
    r"|feel|report)"
)
_FEW = r"(?:\s+[^\s.;:]{1,30}){0,4}?"
PATTERNS = (
    rf"\b{_GROUP}\s+(?:also\s+|often\s+|all\s+|usually\s+|typically\s+|generally\s+)?{_HAVE}{_FEW}\s+{_OTHER_THAN_NORMAL}\b",
    rf"\b{_GROUP}\s+(?:also\s+|often\s+)?(?:lack|differ\s+from|are\s+(?:\w+\s+)?{_OTHER_THAN_NORMAL})\b",
    (
        rf"\b(?:is|are)\s+(?:\w+ly\s+|also\s+|often\s+|much\s+)?(?:lower|higher|reduced|elevated|raised|increased|decreased|impaired"
        rf"|abnormal|altered|smaller|weaker|slower|worse|less\s+\w+|more\s+\w+|disturbed|low|high|overactive|damaged|leaky)\s+"
        rf"(?:in|among|for)\s+(?:\w+\s+){{0,2}}?{ILLNESS}"
    ),
    rf"\b(?:in|of)\s+{_GROUP},?\s+(?:the\s+|their\s+)?(?:\w+\s+){{1,3}}?(?:is|are)\s+(?:\w+ly\s+)?{_OTHER_THAN_NORMAL}\b",
    rf"\b(?:in|of)\s+{ILLNESS},?\s+(?:the\s+)?(?:\w+\s+){{1,3}}?(?:is|are)\s+(?:\w+ly\s+)?{_OTHER_THAN_NORMAL}\b",
)
_PATTERNS = [re.compile("(?i)" + pattern) for pattern in PATTERNS]


def generic_present(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    """At most one finding a sentence."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(sentence.text):
            meant = stance(sentence, match.start(), match.end())
            if meant in {Stance.SAID, Stance.TOLD}:
                severity = BLOCKING if meant == Stance.SAID and subject.design not in POOLED else ADVISORY
                message = (
                    "This holds for the people studied. In the present tense it reads as if it held for every patient."
                )
                yield Hit(match.start(), match.end(), severity, message, "In this study, the 50 patients had lower …")
                return
