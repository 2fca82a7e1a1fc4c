"""Whether words are said, or only asked, denied, doubted or told as somebody else's view.

A rule of thumb on words, not grammar: it looks back from the words in question to the last turn of the sentence ("but",
a semicolon), at most `WINDOW` characters, and a little ahead. So its cost per place is fixed.
"""

from __future__ import annotations

import re
from enum import Enum

from studies.wording.sentences import Sentence

WINDOW, AHEAD = 320, 200
NEAR, NEARER = 8, 5  # how many words "not" and "no" reach


class Stance(Enum):
    SAID = "said"
    ASKED = "asked"
    DENIED = "denied"
    DOUBTED = "doubted"
    TOLD = "told"


_TURN = re.compile(
    r"(?i)[;:—]| – |\bbut\b(?! also)|, (?:yet|so)\b|,? and (?:it|this|they|these|we|he|she|so|thus|therefore|that is why)\b"
    r"|, and (?:the|our|its|their)\b|\b(?:however|although|though|whereas|while|nevertheless)\b|(?<!not )\bbecause\b(?! of)"
)
# Words that only look like a denial.
_MOCK = re.compile(
    r"(?i)\bnot (?:only|just|merely|simply)\b|\bno (?:doubt|longer|question|wonder|less)\b|\bnothing (?:less|short)\b"
    r"|\bwithout (?:any |a )?(?:doubt|question)\b|\bcannot be (?:denied|overstated|doubted)\b"
)
_WORDS_BETWEEN = r"(?:\s+\S{1,40}){0,4}?\s+"
_NOT_SHOWN = re.compile(
    r"(?i)(?:\b(?:not|cannot|never|nothing|nobody|no one|neither|nor|none|no|little|without|unable|fail(?:s|ed)?|too|yet"
    r"|lack(?:s|ed|ing)?|hardly|unlikely|far)|n't)"
    + _WORDS_BETWEEN
    + r"(?:show[ns]?|showed|prove[sdn]?|proof|means?|meant|says?|said|tell|tells|establish(?:es|ed)?|demonstrate[sd]?"
    r"|know[ns]?|knew|judged?|conclude[ds]?|find|found|see|seen|test(?:s|ed)?|claim(?:s|ed)?|clear|certain|evidence|signs?"
    r"|reasons?|settled?|decided?|allow(?:s|ed)?|stud(?:y|ied)|measured?|explain(?:s|ed)?|asked?|assessed|confirm(?:s|ed)?"
    r"|call|speak|promise|separate|tied|rule out|ruled out|support(?:s|ed)?|suggest(?:s|ed)?|imply|implies)\b"
)
_NOT = frozenset("not cannot never".split())
_NO = frozenset(
    "no without none nobody nothing neither nor lacks lacked lacking hardly rather instead unlikely unable fail fails "
    "failed".split()
)
# What lets "not" govern a verb in -s: "does not show that it causes", but not "does not rest and causes".
_JOINS = frozenset("that what who which whether if how why or because".split())
_OPEN = re.compile(
    r"\b(?i:whether|if|wonder\w*|unknown|unclear|uncertain|untested|unproven|question(?:s|ed)?|might|could|would"
    r"|hypothes\w+|theor(?:y|ies|ise[sd]?|ize[sd]?|etical(?:ly)?)|ideas?|propos\w+|suggest\w*|argu(?:e|es|ed|ment)|infer\w*"
    r"|thinks?|thought|believe[sd]?|belief|speculat\w+|suspect\w*|possib\w+|perhaps|potential\w*|seem\w*"
    r"|appear(?:s|ed)?|predict\w*|assum\w+|hope[sd]?|wanted|knowing|claims? (?:of|that)|search for|talk of|aim(?:s|ed)?"
    r"|designed to|meant to|intended to|plan(?:s|ned)?|expect\w*|supposed"
    r"|candidates?|asks?|asked|asking|to (?:see|test|learn|find out)|remains? to be|further studies|debated?|disputed?)\b"
    r"|\bmay\b"
)
_LEFT_OPEN = re.compile(
    r"(?i)\b(?:is|are|was|were|be|remains?|has|have|had|did|does)(?:\s+\S{1,20}){0,2}?\s+(?:not|n't|unknown|unclear|uncertain"
    r"|unproven|untested|open|doubtful|a guess|an? idea|an? theory|to be (?:shown|tested|proven|seen|confirmed))"
    r"(?:\s+(?:yet|been|be|known|shown|tested|proven|clear|established|measured|studied|seen|examined|asked|confirmed|made"
    r"|given|reached|found|used|needed)\b|[.,;]|$)"
    r"|\b(?:untested|unproven|lacking|not tested|not shown|not measured|not yet)\b"
)
_TOLD = re.compile(
    r"(?i)\b(?:authors?|researchers|team|paper|article|review|report|guideline|panel|group|experts?|they|patients|participants"
    r"|people|respondents|users|study|abstract|text|discussion|company|press release|he|she|many|some|most|half|few|several"
    r"|others|one (?:man|woman|patient|study))"
    + _WORDS_BETWEEN
    + r"(?:conclude|state|say|said|claim|report|write|wrote|note|call|describe|stress|point|interpret|regard|felt|feel|rate"
    r"|told|view|list|cite|mention|name|announce|advertise|recall|recommend|advise|ask|favour|agree|consider)(?:[sd]|ed)?\b"
)


def stance(sentence: Sentence, start: int, end: int) -> Stance:
    """How the words from `start` to `end` of the sentence are meant."""
    if sentence.is_question:
        return Stance.ASKED
    before, after = _before(sentence.text, start), _after(sentence.text, end)
    if _denied(before, sentence.text[start:end]):
        return Stance.DENIED
    if _OPEN.search(before) or _LEFT_OPEN.search(after):
        return Stance.DOUBTED
    return Stance.TOLD if _TOLD.search(before) else Stance.SAID


def _before(text: str, start: int) -> str:
    """What governs a place: the words since the last turn, without those that only look like a denial."""
    window = _MOCK.sub("", text[max(0, start - WINDOW) : start])
    turns = list(_TURN.finditer(window))
    return window[turns[-1].end() :] if turns else window


def _after(text: str, end: int) -> str:
    window = text[end : end + AHEAD]
    turn = re.search(r";", window)
    return window[: turn.start()] if turn else window


def _denied(before: str, words: str) -> bool:
    if _NOT_SHOWN.search(before):
        return True
    near = re.findall(r"[\w'/-]+", before[before.rfind(",") + 1 :].lower())[-NEAR:]
    if _NO & set(near[-NEARER:]):
        return True
    for place, word in enumerate(near):
        if word in _NOT or word.endswith("n't"):
            return not _ends_in_s(words) or bool(_JOINS & set(near[place + 1 :])) or place == len(near) - 1
    return False


def _ends_in_s(words: str) -> bool:
    return words.split()[0].lower().endswith("s")
