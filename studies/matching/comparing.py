"""How two papers agree in one respect: yes, no, or None where one of them does not say. Pure."""

import re
from difflib import SequenceMatcher

from studies.matching.facts import Facts
from studies.matching.words import is_slip, similarity

SIMILAR = 0.8  # share of words in common from which two titles are called alike
HALF = 0.5  # share of words in common below which it is not worth looking at letters
NEAR = 0.9  # share of letters in common from which a title is the other one with slips of the pen
TRANSLATED = 0.25  # share of words in common that two renderings of one title in English have at least
FEWEST_WORDS = 5  # a title of so many words is hardly given twice by chance

_NUMBERS = re.compile(r"\b(?:\d+|i{1,3}|iv|vi{0,3}|ix|first|second|third|one|two|three|four)\b")
_SMALL_WORDS = frozenset("a an and de der des die du el et for fur in la le of on the to und y".split())


def same_title(one: Facts, other: Facts) -> bool:
    """Equal words, however they are joined ("post-operative", "postoperative")."""
    return one.title == other.title or _joined(one.title) == _joined(other.title)


def near_title(one: Facts, other: Facts) -> bool:
    """Nearly equal words, or one title is the beginning or end of the other; the numbers in both must be the same ones."""
    a, b = one.title, other.title
    short, long = sorted((a, b), key=len)
    if len(short.split()) >= FEWEST_WORDS and (long.startswith(short + " ") or long.endswith(" " + short)):
        return True
    if len(short) < SIMILAR**2 * len(long) or _NUMBERS.findall(a) != _NUMBERS.findall(b):
        return False
    in_common = similarity(a, b)
    return in_common >= SIMILAR or (in_common >= HALF and _letters_alike(_joined(a), _joined(b)))


def authors_agree(one: Facts, other: Facts) -> bool | None:
    """First authors by family name and first initial; in either order of names, with one letter lost, or shortened."""
    if not one.family or not other.family:
        return None
    if _families_agree(one.family, other.family):
        return not one.given or not other.given or one.given[0] == other.given[0]
    return _turned_round(one, other) or _turned_round(other, one)


def journals_agree(one: Facts, other: Facts) -> bool | None:
    """By ISSN, or by name: equal, contained, or abbreviated. Different ISSNs say nothing: print and web have their own."""
    if one.issn and one.issn == other.issn:
        return True
    a, b = _journal_words(one.journal), _journal_words(other.journal)
    if not a or not b:
        return None
    short, long = sorted((a, b), key=len)
    return all(any(word.startswith(part) or part.startswith(word) for word in long) for part in short)


def volumes_agree(one: Facts, other: Facts) -> bool | None:
    return one.volume == other.volume if one.volume and other.volume else None


def pages_agree(one: Facts, other: Facts) -> bool | None:
    """Whether any range begins on the same page."""
    firsts, others = {first for first, _ in one.pages}, {first for first, _ in other.pages}
    return bool(firsts & others) if firsts and others else None


def share_a_range(one: Facts, other: Facts) -> bool:
    """Whether both name the same first and the same last page, with pages between: no two papers do in one volume."""
    return any(last > first for first, last in set(one.pages) & set(other.pages))


def years_apart(one: Facts, other: Facts) -> int | None:
    return None if one.year is None or other.year is None else abs(one.year - other.year)


def _joined(words: str) -> str:
    return words.replace(" ", "")


def _letters_alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


def _families_agree(one: str, other: str) -> bool:
    if _joined(one) == _joined(other):
        return True
    a, b = one.split(), other.split()
    short, long = sorted((a, b), key=len)
    if len("".join(short)) > 2 and (long[: len(short)] == short or long[-len(short) :] == short):
        return True
    return is_slip(_joined(one), _joined(other))


def _turned_round(one: Facts, other: Facts) -> bool:
    """Given name and family name changed places in one of the two: "Ching-yi, Wu" and "Wu, C. Y."."""
    return bool(one.given and other.given) and (
        _joined(one.given) == _joined(other.family) and one.family[0] == other.given[0]
    )


def _journal_words(name: str) -> list[str]:
    return [word for word in name.split() if word not in _SMALL_WORDS and len(word) > 1]
