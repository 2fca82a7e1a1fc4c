"""Words that say that one thing brings about another. Rule `causal-verb`.

A randomised trial may say so. A review of studies by a stated method, and a guideline, get advice, unless its method is
marked as showing no cause. An animal or cell study may say so of its animals and cells, not of the illness in people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.wording.causal_words import PATTERNS
from studies.wording.findings import ADVISORY, BLOCKING, Hit
from studies.wording.sentences import Sentence
from studies.wording.stance import Stance, stance
from studies.wording.subject import Subject
from studies.wording.terms import ILLNESS, PEM

CARRY_IT = frozenset({"randomised_trial"})
POOLED = frozenset({"systematic_review", "evidence_map", "guideline"})
EXPERIMENTS = frozenset({"animal", "in_vitro"})
REVIEWS = frozenset({"narrative_review", "commentary", "systematic_review", "evidence_map", "guideline"})
NO_CAUSE = "cross_sectional_no_causation"

_PATTERNS = [re.compile("(?i)" + pattern) for pattern in PATTERNS]
# What a paper may say of its own work: people stopped, were left out, or numbers went missing because of something.
_CONDUCT = re.compile(
    r"(?i)\b(?:stop\w*|left|leave|exclud\w+|withdr\w+|drop\w*|miss\w*|end(?:ed)?|unable|could not|declin\w+|lost|discard\w*"
    r"|remov\w+|cancel\w*|postpon\w+|quit|limited|uncertain|wide|delay\w*|chosen|referred|sent|adjust\w*|not (?:take|took) part"
    r"|did not|recruit\w*|small|travel\w*|attend\w*|ended early|data|interview\w*)\b"
)
_OF_METHOD = re.compile(r"(?i)\b(?:bias|errors?|noise|confounding|mistakes)\s+$")
_OF_CONDUCT = re.compile(r"(?i)\b(?:because of|due to|owing to|as a result of)$")
_DEFINES = re.compile(
    r"(?i)\b(?:means?|is called|are called|is defined|stands for|refers to|is a (?:drug|test|medicine)|a drug that|an illness"
    r"|cells that|substances? that|a test that|a protein that|a hormone that)\b|\([^)]*$|, which is\b"
)
_CITED = re.compile(
    r"(?i)\b(?:reported|shown|said|known|described)\s+to\b|\b(?:studies|trials?|one|another|cited)\b.{0,60}\b(?:reported|found)\b"
)
_LAB = re.compile(
    r"(?i)\b(?:mice|mouse|rats?|animals?|zebrafish|flies|worms?|monkeys?|cells?|cultur\w+|in vitro|dish|tissue|receptors?"
    r"|enzymes?|proteins?|software|model\w*|simulat\w+|computer)\b"
)
_PERSONAL = re.compile(rf"(?i){ILLNESS}|\b(?:patients?|people|humans?|women|men|illness|symptoms)\b")
_BRINGS_ON = re.compile(r"(?i)br(?:ings|ought)|caus|trigger|le(?:ad|d)|provok|induc|contribut|result|worsen|increas")
# People who act are no cause: "patients reduced their activity", but not "training in patients reduced …".
_PEOPLE_ACT = re.compile(
    r"(?i)(?<!\bin )(?<!\bof )(?<!\bfor )(?<!\bfrom )(?<!\bwith )(?<!\bto )(?<!\bby )\b(?:patients|people|participants"
    r"|they|women|men|he|she|who|some|all|most|many|few|half|controls|doctors|clinics|researchers|authors|team|adults|students)\s+(?:\w+ly\s+|also\s+|had\s+)?$"
)
_BY_EFFORT = re.compile(rf"(?i)\s+(?:\w+\s+){{0,2}}?(?:{PEM}|crash)")


def causal_verbs(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    severity = _severity(sentence, subject)
    if not severity:
        return
    for match in _matches(sentence.text):
        meant = stance(sentence, match.start(), match.end())
        if meant in {Stance.SAID, Stance.TOLD} and not _is_harmless(sentence, match, subject):
            told = ADVISORY if meant == Stance.TOLD else severity
            yield Hit(match.start(), match.end(), told, _message(subject, meant), _better(meant))


def _matches(text: str) -> Iterator[re.Match[str]]:
    """The earliest pattern at each place: patterns overlap, and one fault is reported once."""
    found = sorted(
        (match for pattern in _PATTERNS for match in pattern.finditer(text)), key=lambda match: match.start()
    )
    end = -1
    for match in found:
        if match.start() >= end:
            yield match
            end = match.end()


def _severity(sentence: Sentence, subject: Subject) -> str:
    if subject.design in CARRY_IT:
        return ""
    if subject.design in EXPERIMENTS:
        return BLOCKING if _PERSONAL.search(sentence.text) and not _LAB.search(sentence.text) else ""
    return ADVISORY if subject.design in POOLED and NO_CAUSE not in subject.method_flags else BLOCKING


def _is_harmless(sentence: Sentence, match: re.Match[str], subject: Subject) -> bool:
    before = sentence.text[max(0, match.start() - 160) : match.start()]
    after = sentence.text[match.end() : match.end() + 60]
    if _OF_CONDUCT.search(match[0]) and _CONDUCT.search(before):
        return True
    if (
        _PEOPLE_ACT.search(before)
        or _OF_METHOD.search(before)
        or (_BY_EFFORT.match(after) and _BRINGS_ON.match(match[0]))
    ):
        return True
    if _DEFINES.search(before[-70:]):
        return True
    return subject.design in REVIEWS and bool(_CITED.search(before))


def _message(subject: Subject, meant: Stance) -> str:
    if meant == Stance.TOLD:
        return "This tells a cause as the view of others. Say that they infer it, or what went together."
    design = subject.design.replace("_", " ")
    if not design or subject.design == "not_classified":
        return "This says that one thing brought about another. The design that could show it is not filled in."
    return f"This says that one thing brought about another. This design ({design}) cannot show that."


def _better(meant: Stance) -> str:
    if meant == Stance.TOLD:
        return "The authors infer that rest may ease the pain."
    return "People who rested more had less pain; the study cannot show why."
