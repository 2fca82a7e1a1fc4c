"""TeX as BibTeX files hold it, as plain text. Pure.

Nothing is lost: a command that is not known goes, and what stands in its braces stays. Raised and lowered text is given
as `<sup>` and `<sub>`, which the cleaning of titles knows.
"""

import re
import unicodedata

_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323", "b": "\u0331", "k": "\u0328",
    "r": "\u030a", "t": "\u0361",
}  # fmt: skip
_SIGNS = """
ss ß|ae æ|AE Æ|oe œ|OE Œ|o ø|O Ø|l ł|L Ł|aa å|AA Å|i ı|j ȷ|dh ð|DH Ð|th þ|TH Þ|dj đ|DJ Đ|ng ŋ|NG Ŋ|S §|P ¶
textsection §|pounds £|textsterling £|euro €|texteuro €|copyright ©|textcopyright ©|textregistered ®|texttrademark ™
textdegree °|degree °|textmu µ|textendash –|textemdash —|textellipsis …|dots …|ldots …|cdots ⋯|textquoteleft ‘
textquoteright ’|textquotedblleft “|textquotedblright ”|textasciitilde ~|textasciicircum ^|textbackslash \\|textbar |
textless <|textgreater >|textunderscore _|lbrace {|rbrace }|textbraceleft {|textbraceright }|guillemotleft «
guillemotright »|alpha α|beta β|gamma γ|delta δ|epsilon ε|varepsilon ε|zeta ζ|eta η|theta θ|iota ι|kappa κ|lambda λ
mu μ|nu ν|xi ξ|pi π|rho ρ|sigma σ|tau τ|upsilon υ|phi φ|varphi φ|chi χ|psi ψ|omega ω|Gamma Γ|Delta Δ|Theta Θ|Lambda Λ
Xi Ξ|Pi Π|Sigma Σ|Phi Φ|Psi Ψ|Omega Ω|times ×|pm ±|mp ∓|cdot ·|leq ≤|le ≤|geq ≥|ge ≥|neq ≠|ne ≠|approx ≈|sim ∼
infty ∞|rightarrow →|to →|leftarrow ←|leftrightarrow ↔|uparrow ↑|downarrow ↓|circ °|prime ′|partial ∂|sum ∑|sqrt √
dag †|ddag ‡|textdagger †|bullet •|textbullet •|textquotesingle '|textquotedbl "|slash /|log log|ln ln
exp exp|max max|min min|sin sin|cos cos|TeX TeX|LaTeX LaTeX
"""
_SIGN_OF = {
    name: sign for row in re.split(r"\|(?=\w)|\n", _SIGNS) if row for name, _, sign in [row.partition(" ")] if name
}
# Commands whose argument TeX does not print.
_UNPRINTED = r"\\(?:noopsort|sortnoop|SortNoop|label|cite[tp]?|phantom|nocite)\s*\{[^{}]*\}"
# These stand for what is printed while the signs of TeX go.
_OPEN, _CLOSE, _BACKSLASH, _TILDE = "\ue000", "\ue001", "\ue002", "\ue003"
_KEPT = str.maketrans({"{": _OPEN, "}": _CLOSE, "\\": _BACKSLASH, "~": _TILDE})
_PRINTED = str.maketrans({_OPEN: "{", _CLOSE: "}", _BACKSLASH: "\\", _TILDE: "~"})

_SPECIAL = re.compile(r"[\\{}$~]|``|''|--")
_MATH = re.compile(r"(?<!\\)\$\$?(?=\S)((?:[^$\\]|\\.)*?(?<=\S))\$\$?")
_ACCENT = re.compile(
    r"\\(?P<accent>['`^\"~=.]|[uvHcdbkrt](?=\s|\{|\\))\s*"
    r"(?:\{\s*(?P<braced>\\[ijoOlL](?![a-zA-Z])|[^\W\d_])(?P<rest>[^{}\\]*)\}|(?P<bare>\\[ij](?![a-zA-Z])|[^\W\d_]))"
)
_SIGN = re.compile(r"\\([a-zA-Z]+)(?:\{\}|\s+|(?![a-zA-Z]))")
_SCRIPT = re.compile(r"(?<!\\)([\^_])(?:\{([^{}]*)\}|([\w+*-]))")
_TEXT_SCRIPT = re.compile(r"\\text(super|sub)script\s*\{([^{}]*)\}")
_LINK = re.compile(r"\\href\s*\{[^{}]*\}")
_COMMAND = re.compile(r"\\[a-zA-Z]+\*?\s*(?:\[[^\[\]{}]*\])?")
_DOTLESS = {"ı": "i", "ȷ": "j"}
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))


def plain(text: str) -> str:
    """The text that TeX would print, in NFC; ties are spaces. A percent sign is taken as one, not as a remark."""
    if not _SPECIAL.search(text):
        return unicodedata.normalize("NFC", text)
    text = _MATH.sub(_without_dollars, re.sub(_UNPRINTED, "", text))
    text = text.replace(r"\\", " ").replace(r"\{", _OPEN).replace(r"\}", _CLOSE)
    text = _ACCENT.sub(_accented, text)
    text = _LINK.sub(
        "", _TEXT_SCRIPT.sub(r"<\1>\2</\1>", text).replace("<super>", "<sup>").replace("</super>", "</sup>")
    )
    text = _COMMAND.sub("", _SIGN.sub(_sign, text))
    text = re.sub(r"\\([&%$#_~^'\"`=.@-])", r"\1", text.replace("~", " ").replace(r"\ ", " ").replace(r"\,", " "))
    text = re.sub(r"[{}]|\\[!/;:>]?", "", text)
    for letters, sign in _LIGATURES:
        text = text.replace(letters, sign)
    return unicodedata.normalize("NFC", text.translate(_PRINTED))


def verbatim(text: str) -> str:
    """An address or an identifier: only escapes and braces go."""
    return re.sub(r"\\([&%$#_~{}])", r"\1", re.sub(r"(?<!\\)[{}]", "", text)).strip()


def _without_dollars(match: re.Match[str]) -> str:
    """A formula without its dollar signs; two sums of money in a sentence are none."""
    formula = match[1]
    if "\\" not in formula and not re.search(r"[\^_]", formula) and (" " in formula or len(formula) > 30):
        return match[0]
    return _SCRIPT.sub(_script, formula)


def _script(match: re.Match[str]) -> str:
    name = "sup" if match[1] == "^" else "sub"
    return f"<{name}>{match[2] or match[3] or ''}</{name}>"


def _accented(match: re.Match[str]) -> str:
    letter = match["braced"] or match["bare"]
    letter = _SIGN_OF.get(letter[1:], letter[1:]) if letter.startswith("\\") else letter
    return _DOTLESS.get(letter, letter) + _ACCENTS[match["accent"]] + (match["rest"] or "")


def _sign(match: re.Match[str]) -> str:
    """The sign of a command, else the command as it stands. TeX swallows the space after it."""
    sign = _SIGN_OF.get(match[1])
    if sign is None:
        return match[0]
    is_word = len(sign) > 2 and (match[0][-1:].isspace() or match.string[match.end() : match.end() + 1] == "\\")
    return sign.translate(_KEPT) + " " * is_word
