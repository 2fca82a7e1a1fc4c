"""Every regular expression that stands in the scripts of the pages."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.running import ROOT

FOLDER = ROOT / "static" / "js"
# A slash after these begins an expression; after a name, a number or a closing bracket it divides.
BEFORE = set("(,=:[!&|?{};+-*%~^<>")
WORDS = {"return", "typeof", "case", "in", "of", "do", "else", "await", "yield", "void"}
SKIPPED = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`""", re.DOTALL)
EXPRESSION = re.compile(r"/((?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)")


@dataclass(frozen=True)
class Expression:
    """`place` is the file with the line; `source` is as JavaScript writes it."""

    place: str
    source: str
    flags: str


def in_script(text: str, name: str) -> list[Expression]:
    """The expressions of one script. Strings, templates and comments are passed over."""
    found, place, last = [], 0, ""
    while place < len(text):
        skipped = SKIPPED.match(text, place)
        written = EXPRESSION.match(text, place) if text[place] == "/" and begins_one(last) else None
        if skipped:
            place, last = skipped.end(), last if skipped[0].startswith(("//", "/*")) else last + '"'
        elif written:
            found.append(Expression(f"{name}:{text.count(chr(10), 0, place) + 1}", written[1], written[2]))
            place, last = written.end(), "/x"
        else:
            last, place = last + text[place] if not text[place].isspace() else last + " ", place + 1
        last = last[-20:]
    return found


def begins_one(before: str) -> bool:
    """Whether a slash after this text begins an expression."""
    before = before.rstrip()
    word = re.search(r"[A-Za-z_$][\w$]*$", before)
    return not before or before[-1] in BEFORE or bool(word and word[0] in WORDS)


def scripts() -> list[Path]:
    return sorted(FOLDER.rglob("*.js"))


def expressions() -> list[Expression]:
    return [found for path in scripts() for found in in_script(path.read_text(), path.name)]
