"""Words as the search sees them: folded, stemmed, the same on every database. Pure.

Texts and queries pass through here, so the databases only ever compare plain ASCII tokens. A token is a run of letters
or a run of digits: "COVID-19", "Covid19" and "covid 19" are the same two tokens.
"""

import re
import threading
import unicodedata
from functools import lru_cache

import snowballstemmer

# A word as a reader sees it: letters and digits, with apostrophes ("Sjögren's"), marks and signs that nobody sees inside.
WORD = re.compile("[^\\W_]+(?:(?:['’ʼ]|[\u00ad\u0300-\u036f\u200b-\u200d\u2060\ufeff]+)[^\\W_]+)*")
LONGEST_TOKEN = 40

_TOKEN = re.compile(r"[a-z]+|[0-9]+")
_POSSESSIVE = re.compile(r"['’ʼ](?:s\b)?")
_STEMMER = snowballstemmer.stemmer("english")
_ONE_AT_A_TIME = threading.Lock()  # the stemmer keeps its place in the word in itself
_LETTERS = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_DIGITS_AS_LETTERS = str.maketrans("0123456789", "ghijklmnop")

# British and American spelling meet in the American form before stemming. Both sides of a search pass here, so a rule
# may write words that nobody uses ("exercize") as long as it keeps different words apart.
_SPELLINGS = [
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|er|ers|es|ing|ation|ations)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{3})ys(?=(?:e|ed|er|ers|es|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z]{3})our(?=(?:|s|ed|ing|al|ally|able)$)"), "or"),
    (re.compile(r"(?<=[a-z]{3})tre(?=s?$)"), "ter"),
    (re.compile(r"(?<=[a-z]{2})bre(?=s?$)"), "ber"),
    (re.compile(r"(?<=program)me(?=s?$)"), ""),
    (re.compile(r"^oe(?=[a-z]{3})|(?<=[a-z])ae(?=[a-z]{3})"), "e"),
    (re.compile(r"(?<=h)oea(?=s?$)"), "ea"),
]


def stems(text: str) -> list[str]:
    """The tokens of a text in order, each folded and stemmed; other alphabets are spelled in letters a to p."""
    return [stem(token) for token in _TOKEN.findall(fold(text))]


@lru_cache(maxsize=10_000)  # of 300 bytes each
def stems_of_word(word: str) -> tuple[str, ...]:
    """The tokens of one word as a reader sees it, kept because texts repeat their words."""
    return tuple(stems(word))


def stream(text: str) -> str:
    """The tokens of a text as the search documents hold them: divided by single spaces."""
    return " ".join(stems(text))


def surfaces(text: str) -> list[str]:
    """The folded words of a text before stemming, letters only, for spelling suggestions."""
    return [token for token in _TOKEN.findall(fold(text)) if token.isalpha()]


def fold(text: str) -> str:
    """Lower case, without accents, ligatures, possessive endings and unseen signs; Greek letters spelled out."""
    text = _POSSESSIVE.sub("", text.casefold())
    return text if text.isascii() else _fold_letters(text)


@lru_cache(maxsize=30_000)  # of 230 bytes each
def stem(token: str) -> str:
    """The stem of one folded token (Snowball English), cut to the longest token; numbers stay as they are."""
    token = token[:LONGEST_TOKEN]
    if token.isdigit():
        return token
    with _ONE_AT_A_TIME:
        return str(_STEMMER.stemWord(_american(token)))


def _american(token: str) -> str:
    for pattern, american in _SPELLINGS:
        token = pattern.sub(american, token)
    return token


def _fold_letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(_ascii(letter) for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=5_000)
def _ascii(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in _LETTERS:
        return _LETTERS[letter]
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if unicodedata.category(letter) in ("Cf", "Me"):  # not seen, or around a letter
        return ""
    return f"{ord(letter):x}".translate(_DIGITS_AS_LETTERS) if letter.isalpha() else " "
