"""The paper's own name for its patients must stay: a CFS or long COVID group is not told as ME/CFS. Rule `population-label`.

Source: rule 6 of the PEM criterion's rules. Who a definition lets in differs, so another name makes another claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.wording.findings import ADVISORY, BLOCKING, Hit
from studies.wording.sentences import Sentence
from studies.wording.stance import Stance, stance
from studies.wording.subject import Subject
from studies.wording.terms import CFS, LONG_COVID, MECFS, PEOPLE

# In these the study's own people are told of; elsewhere other people may be meant, so the rule only advises there.
ABOUT_THE_STUDY = frozenset(
    {"question", "key_point", "main_limitation", "summary", "findings", "conclusions", "strengths"}
)
NAMES = {"ME/CFS": MECFS, "long COVID": LONG_COVID, "CFS": CFS}
OTHER_ILLNESS = re.compile(
    r"(?i)covid|\bPASC\b|CFS|fatigue|gulf war|fibromyalgia|viral|infect|lyme|mononucleosis|encephal|\bME\b"
)
NOT_OURS = re.compile(
    r"(?i)\b(?:other|earlier|previous|another|later|future)\s+(?:\w+\s+)?(?:stud(?:y|ies)|papers?|trials?|work|research|groups?"
    r"|illness(?:es)?|people|patients|surveys?|teams?)\b|\b(?:criteria|definitions?|rules|apply|applies|diagnos(?:is|es|ed))\b"
    r"|\blike\b|-like\b|\bcited\b|\bcompared\s+elsewhere\b"
)


def _told_as(name: str) -> re.Pattern[str]:
    kind = r"(?:\w+(?:-\w+)?\s+){0,2}?"
    return re.compile(
        rf"(?i)\b{PEOPLE}\s+(?:\(\w+\)\s+)?(?:with|who\s+have|who\s+had|diagnosed\s+with|living\s+with|suffering\s+from|had|have)\s+"
        rf"{kind}{name}(?![/\w])|(?<![/\w]){name}\s+(?:{kind}{PEOPLE})\b|\bin\s+(?:\w+\s+)?{name}(?=\s+(?:than|was|were|had)\b)"
    )


_TOLD_AS = {label: _told_as(name) for label, name in NAMES.items()}
_NAMED = {label: re.compile(rf"(?i)(?<![/\w]){name}") for label, name in NAMES.items()}


def population_label(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    if not subject.population_label:
        return
    own = own_names(subject)
    for label in ("ME/CFS", "long COVID"):
        if label not in own:
            yield from _rewritten(sentence, subject, label)


def own_names(subject: Subject) -> frozenset[str]:
    """Which illnesses the paper's own label names, and the groups that were coded one by one."""
    words = " / ".join([subject.population_label, *(cohort for _, _, cohort in subject.definitions)])
    return frozenset(label for label, pattern in _NAMED.items() if pattern.search(words))


def _rewritten(sentence: Sentence, subject: Subject, label: str) -> Iterator[Hit]:
    """Long COVID told of an ME/CFS group only advises: papers often compare the two in passing."""
    for match in _TOLD_AS[label].finditer(sentence.text):
        meant = stance(sentence, match.start(), match.end())
        said = meant in {Stance.SAID, Stance.TOLD} or (meant == Stance.ASKED and sentence.field == "question")
        if said and not NOT_OURS.search(sentence.text):
            severity = BLOCKING if label == "ME/CFS" and _is_about_the_study(sentence, subject) else ADVISORY
            message = (
                f"The paper calls its patients “{subject.population_label}”. Keep its own name; {label} is another one."
            )
            yield Hit(
                match.start(), match.end(), severity, message, f"In the patients (“{subject.population_label}”), …"
            )
            return


def _is_about_the_study(sentence: Sentence, subject: Subject) -> bool:
    """A label of many illnesses, or of none, may hold a part with ME/CFS; then a person has to look."""
    if not OTHER_ILLNESS.search(subject.population_label):
        return False
    return sentence.field in ABOUT_THE_STUDY or bool(re.search(r"\d", sentence.text))
