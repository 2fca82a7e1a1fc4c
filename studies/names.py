"""Names of authors as sources write them: taken apart into a person's names, or a group's. Pure.

Sources disagree: "Novak, Peter", "Tsampasian V", "de la Vega", "RECOVER Consortium". What cannot be told apart with
fair certainty stays whole as a family name, so that nothing is invented.
"""

import re
from collections.abc import Iterable

from studies.records import Author, Collective, Person

_GROUP_WORDS = re.compile(
    r"\b(academ(y|ies)|association|authors|board|cent(er|re)s?|coalition|collaborati(on|ve)\w*|collaborators|"
    r"committee|consorti(um|a)|council|department|effort|faculty|force|foundation|gesellschaft|group|initiative|"
    r"institut(e|es|ion)|investigators|network|organi[sz]ation|participants|registry|school|society|"
    r"stud(y|ies)|team|unit|university|cohort)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:and\s+)?(?:on behalf of|for|and)\s+(?:the\s+)?", re.IGNORECASE)
_INITIALS = re.compile(r"^(?P<family>\S.*?)(?<!\s)\s++(?P<given>[^\W\d_a-z]{1,4}(?:\s+(?:Jr|Sr|II|III|2nd|3rd)\.?)?)$")
_PARTICLE_INITIALS = re.compile(r"^(?P<family>[a-z].*\s\S+)\s+(?P<given>[A-Z][a-z])$")
_PARTICLES = frozenset(
    [
        "al",
        "da",
        "das",
        "de",
        "degli",
        "del",
        "della",
        "den",
        "der",
        "des",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "von",
        "zu",
    ]
)
_NOBODY = frozenset({"et al", "et al.", "others", "and others"})
_MOST_FAMILY_WORDS = 2


def parse_names(texts: Iterable[str]) -> list[Author]:
    """The names in order; placeholders such as "et al" and empty texts are left out."""
    cleaned = (" ".join(text.split()).strip(" ,;") for text in texts)
    return [parse_name(text) for text in cleaned if text and text.lower() not in _NOBODY]


def parse_name(text: str) -> Author:
    """One author's name; `text` must hold at least one letter or digit."""
    if is_group(text):
        return Collective(_LEAD.sub("", text))
    if "," in text:
        family, _, given = text.partition(",")
        return Person(family.strip(" ,"), given.strip(" ,"))
    match = _INITIALS.match(text) or _PARTICLE_INITIALS.match(text)
    if match:
        return Person(match["family"], match["given"])
    return Person(text) if _may_be_family(text) else Collective(text)


def parse_full_name(text: str) -> Author:
    """A name that begins with the given names, as on a title page: "Mady Hornig", "Maria van der Berg"."""
    if "," in text or is_group(text):
        return parse_name(text)
    *given, family = text.split()
    while given and given[-1].islower() and given[-1] in _PARTICLES:
        family = f"{given.pop()} {family}"
    return Person(family, " ".join(given))


def stands_for_more(texts: Iterable[str]) -> bool:
    """Whether the list itself says that authors are missing ("et al")."""
    return any(" ".join(text.split()).lower() in _NOBODY for text in texts)


def is_group(text: str) -> bool:
    """Whether a name holds a word that only groups have in theirs, such as "Consortium"."""
    words = text.split()
    if not words:
        return False
    if "," in text and len(words) <= _MOST_FAMILY_WORDS:  # "Force, R.M.P.T." may be a person
        return False
    return bool(_LEAD.match(text) or _GROUP_WORDS.search(text)) or (words[0] in ("The", "the") and len(words) > 1)


def _may_be_family(text: str) -> bool:
    """Two words, or more that begin with particles, may be a family name; longer ones are a group's."""
    words = text.split()
    names = [word for word in words if word.lower() not in _PARTICLES]
    return len(names) <= _MOST_FAMILY_WORDS and not re.search(r"[\d(]", text)
