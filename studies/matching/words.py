"""Words as they are compared: without case, accents, markup and signs. Pure."""

import html
import re
import unicodedata

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:]{0,11}(?:\s[^<>]{0,80})?/?>")
_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart, and Greek ones, which some sources spell out.
_SPELT = {
    ord(sign): spelt
    for sign, spelt in [
        ("ø", "o"), ("ł", "l"), ("đ", "d"), ("ð", "d"), ("þ", "th"), ("æ", "ae"), ("œ", "oe"), ("ı", "i"), ("ß", "ss"),
        ("α", "alpha"), ("β", "beta"), ("γ", "gamma"), ("δ", "delta"), ("ε", "epsilon"), ("κ", "kappa"),
        ("λ", "lambda"), ("μ", "mu"), ("τ", "tau"), ("ω", "omega"),
    ]
}  # fmt: skip


def fold(text: str) -> str:
    """The words of a text without case, accents, punctuation and markup, joined by spaces."""
    plain = text
    if not text.isascii() or "<" in text or "&" in text:
        bare = unicodedata.normalize("NFKD", _TAG.sub("", html.unescape(text))).casefold()
        plain = "".join(mark for mark in bare.translate(_SPELT) if not unicodedata.combining(mark))
    return " ".join(_WORD.findall(plain.casefold()))


def similarity(one: str, other: str) -> float:
    """Share of words that two folded texts have in common, 0 to 1 (Jaccard); texts without any word are not alike."""
    a, b = set(one.split()), set(other.split())
    return len(a & b) / len(a | b) if a | b else 0.0


def is_slip(one: str, other: str) -> bool:
    """Whether two longer words differ by one letter added, lost or changed, as after a bad transliteration."""
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, others = one[start:], other[start:]
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]
