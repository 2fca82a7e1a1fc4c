"""Words that promise more than one study can give. Rules `overclaiming`, `certainty-above-level` and `praise`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studies.wording.findings import ADVISORY, BLOCKING, Hit
from studies.wording.sentences import Sentence
from studies.wording.stance import Stance, stance
from studies.wording.subject import Subject

# (what is found, what is wrong with it, what to write)
CLAIMS = (
    (
        (
            r"prov(?:e|es|ed|en|ing)\b(?!\s+(?:to\s+be|useful|difficult|hard|helpful|feasible|impossible|too|wrong|correct|false"
            r"|negative|positive|acceptable|popular|challenging))|proof(?!-|\s+(?:of[\s-]+(?:concept|principle)|reading))\b"
        ),
        "One study never proves a thing.",
        "The results fit with this idea.",
    ),
    (
        r"cur(?:e|es|ed|ing|ative)\b",
        "No treatment is known to cure this illness.",
        "Fatigue scores were lower after it.",
    ),
    (
        r"confirms\s+(?:that|the|our|its|their|what|how|why|this|these|a|an|earlier|previous)\b",
        "One study does not confirm a thing for good.",
        "The results agree with those of two earlier studies.",
    ),
    (
        (
            r"(?:study|studies|results?|findings?|data|trial|paper|analys[ei]s|research|researchers|authors|team|scientists"
            r"|evidence|work)(?:\s+\S{1,30}){0,3}?\s+confirm(?:s|ed|ing)?\b"
        ),
        "One study does not confirm a thing for good.",
        "The results agree with those of two earlier studies.",
    ),
    (
        (
            r"(?:clearly|conclusively|finally|firmly|definitely|plainly)\s+(?:shows?|showed|shown|demonstrate[sd]?|establish\w*"
            r"|point\w*|link\w*|explain\w*)|(?:establish(?:es|ed)|demonstrates?)\s+(?:that|beyond)\b"
        ),
        "This sounds more certain than one study can be.",
        "In this study, the two went together.",
    ),
    (
        r"(?:found|discovered|identified|uncovered|revealed|pinpointed)\s+(?:the|a)\s+(?:\w+\s+){0,2}(?:cause|cure|culprit)\b",
        "One study does not find the cause or a cure.",
        "The study points to one possible cause.",
    ),
    (
        (
            r"guarantee[sd]?\b|100\s?(?:%|per cent|percent)\s+(?:effective|accurate|safe|certain|reliable)\b"
            r"|(?:completely|perfectly|entirely|totally)\s+(?:safe|harmless|effective)\b|risk-free\b|works\s+for\s+(?:everyone|everybody|all)\b"
        ),
        "No treatment or test works, or is safe, for everybody.",
        "No side effects were recorded in these 20 people.",
    ),
    (
        (
            r"definitive(?:ly)?\b|conclusive(?:ly)?\b|once and for all\b|irrefutabl[ey]\b|undeniabl[ey]\b|indisputabl[ey]\b"
            r"|undoubtedly\b|unequivocal(?:ly)?\b|(?:without|beyond)\s+(?:a\s+|any\s+|all\s+)?(?:reasonable\s+)?doubt\b"
            r"|no\s+doubt\b|there\s+is\s+no\s+question\b|settle[sd]?\s+the\s+(?:question|debate|matter)\b|a\s+fact\s+that\b"
        ),
        "One study does not settle a question.",
        "The study adds one more result; others disagree.",
    ),
)
# Said of the paper itself: never wanted, in a question or with "may" neither.
SHOUTS = (
    (
        (
            r"break-?throughs?\b|ground-?breaking\b|game[\s-]?chang(?:er|ers|ing)\b|revolution(?:ary|i[sz]e[sd]?|i[sz]ing)\b"
            r"|miracles?\b|miraculous\w*|holy grail\b|smoking gun\b|paradigm[\s-]shift\w*|wonder drug\b|magic bullet\b"
            r"|(?:landmark|historic)\s+(?:study|trial|finding|paper|result|discovery|research|moment)\b|unprecedented\b"
            r"|sensational\w*|world[\s-]first\b|(?:solv(?:e|es|ed|ing)|crack(?:s|ed)?)\s+the\s+(?:mystery|puzzle|riddle|code)\b"
            r"|mystery\s+(?:is\s+|has\s+been\s+)?solved\b|at\s+long\s+last\b|life-changing\b|new\s+hope\b"
        ),
        "This praises the paper; it tells nothing of what was found.",
        "In this study, 8 of 20 patients had lower scores.",
    ),
    (
        (
            r"first[\s-]ever\b|the\s+first\s+(?:study|trial|paper|team|test|researchers|people)\s+(?:ever|in\s+the\s+world)\b"
            r"|never\s+before\b|for\s+the\s+first\s+time\s+ever\b|the\s+only\s+(?:study|trial)\s+ever\b"
        ),
        "Nobody can have looked everywhere; being first says nothing about being right.",
        "The authors know of no earlier study of this.",
    ),
)
CERTAIN = (
    r"(?:strong|robust|compelling|convincing|overwhelming|solid|clear|firm|powerful|ample)\s+(?:\w+\s+)?(?:evidence|proof)\b"
    r"|well[\s-]established\b|established\s+fact\b|it\s+is\s+(?:now\s+)?(?:clear|certain|known|established|beyond)\b"
    r"|evidence\s+is\s+(?:strong|clear|convincing|overwhelming|robust|solid)\b"
)
PRAISE = (
    r"remarkabl[ey]\b|dramatic(?:ally)?\b|striking(?:ly)?\b|impressive(?:ly)?\b|exciting\b|promising\b|extraordinar\w+"
    r"|stunning\b|amazing(?:ly)?\b|major\s+advance\b|huge\b|massive\b|pivotal\b|crucial(?:ly)?\b|highly\s+(?:effective|accurate)\b"
    r"|the\s+first\s+(?:study|trial|team)?\s*to\b|for\s+the\s+first\s+time\b|novel\b|milestone\b"
)
RATED = frozenset({"E0", "E1"})

_CLAIMS = [(re.compile(rf"(?i)\b(?:{pattern})"), message, better) for pattern, message, better in CLAIMS]
_SHOUTS = [(re.compile(rf"(?i)\b(?:{pattern})"), message, better) for pattern, message, better in SHOUTS]
_CERTAIN, _PRAISE = re.compile(rf"(?i)\b(?:{CERTAIN})"), re.compile(rf"(?i)\b(?:{PRAISE})")


def overclaiming(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    for pattern, message, better in _CLAIMS:
        for match in pattern.finditer(sentence.text):
            meant = stance(sentence, match.start(), match.end())
            if meant in {Stance.SAID, Stance.TOLD}:
                severity = BLOCKING if meant == Stance.SAID else ADVISORY
                yield Hit(match.start(), match.end(), severity, message, better)
    for pattern, message, better in _SHOUTS:
        for match in pattern.finditer(sentence.text):
            if stance(sentence, match.start(), match.end()) != Stance.DENIED:
                yield Hit(match.start(), match.end(), BLOCKING, message, better)


def certainty_above_level(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    if subject.evidence_level in RATED:
        return
    for match in _CERTAIN.finditer(sentence.text):
        if stance(sentence, match.start(), match.end()) in {Stance.SAID, Stance.TOLD}:
            message = "The evidence level of this study does not carry so much certainty."
            yield Hit(match.start(), match.end(), BLOCKING, message, "In this study, the two went together.")


def praise(sentence: Sentence, subject: Subject) -> Iterator[Hit]:
    for match in _PRAISE.finditer(sentence.text):
        if stance(sentence, match.start(), match.end()) == Stance.SAID:
            message = "This judges; a number says more."
            yield Hit(match.start(), match.end(), ADVISORY, message, "Scores fell by 4 points on a scale of 40.")
