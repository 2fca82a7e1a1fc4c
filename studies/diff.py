"""What changed, as data: between two versions of a study, and between two texts. Pure.

History pages, the review screen, feeds and the API all draw from these; none of them compares anything itself.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate

# Above this many possible word pairs the exact comparison is given up for a quicker one that skips frequent words.
EXACT_PAIRS = 100_000
# Looks at pairs of words, a second or two; edits of real texts take a hundredth. What is left then counts as replaced.
MOST_LOOKS = 10_000_000

_WORD = re.compile(r"\s+\Z|\s*\S+")


@dataclass(frozen=True)
class Change:
    """One field with its value before and after; None where it had none."""

    field: str
    old: object
    new: object


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `kind` is same, removed or added."""

    kind: str
    text: str


def changes(old: Mapping[str, object], new: Mapping[str, object], order: Sequence[str] = ()) -> list[Change]:
    """The fields that differ: those in `order` first, the others as they stand. A missing field equals None."""
    fields = dict.fromkeys([*order, *old, *new])
    return [
        Change(field, old.get(field), new.get(field)) for field in fields if not _equal(old.get(field), new.get(field))
    ]


def pieces(change: Change) -> list[Piece]:
    """A change in the form that suits its values: word by word, item by item, or as a whole."""
    old, new = change.old, change.new
    if isinstance(old, list | tuple) or isinstance(new, list | tuple):
        return items(_as_list(old), _as_list(new))
    if isinstance(old, str) and isinstance(new, str):
        return words(old, new)
    whole = [Piece("removed", as_text(old)), Piece("added", as_text(new))]
    return [piece for piece in whole if piece.text]


def words(old: str, new: str) -> list[Piece]:
    """Word-level difference. Same and removed pieces make up `old`, same and added pieces make up `new`."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    found: list[Piece] = []
    for kind, left, right in _stretches(before, after):
        found += _replaced(kind, "".join(left), "".join(right))
    return found


def items(old: Sequence[object], new: Sequence[object]) -> list[Piece]:
    """Difference of two lists, one piece per item in readable form; a moved item is removed and added."""
    found: list[Piece] = []
    for kind, left, right in _stretches([_key(item) for item in old], [_key(item) for item in new]):
        removed = [Piece("removed", as_text(json.loads(key))) for key in left]
        added = [Piece("added", as_text(json.loads(key))) for key in right]
        found += [Piece("same", piece.text) for piece in removed] if kind == "equal" else removed + added
    return found


def as_text(value: object) -> str:
    """A stored value as a line of text: objects as `name: value; …` without their empty parts."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {as_text(part)}" for name, part in value.items() if part not in (None, "", [], {}))
    if isinstance(value, list | tuple):
        return ", ".join(as_text(part) for part in value)
    return str(value)


def _equal(old: object, new: object) -> bool:
    return type(old) is type(new) and old == new


def _as_list(value: object) -> Sequence[object]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list | tuple) else [value]


def _key(item: object) -> str:
    return json.dumps(item, ensure_ascii=False)


def _replaced(kind: str, left: str, right: str) -> list[Piece]:
    if kind == "equal":
        return [Piece("same", left)]
    return [piece for piece in (Piece("removed", left), Piece("added", right)) if piece.text]


def _stretches(before: list[str], after: list[str]) -> list[tuple[str, list[str], list[str]]]:
    """Equal and unequal stretches in order; equal ends are set aside first, since most edits are small."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    matcher = _Bounded(left, right)
    middle = [(kind, left[a:b], right[c:d]) for kind, a, b, c, d in matcher.get_opcodes()]
    whole = [("equal", before[:head], after[:head]), *middle]
    whole.append(("equal", before[len(before) - tail :], after[len(after) - tail :]))
    return _joined([stretch for stretch in whole if stretch[1] or stretch[2]])


class _Bounded(SequenceMatcher[str]):
    """Finds equal stretches until it has looked MOST_LOOKS times: texts can be made so that it would look for minutes."""

    def __init__(self, left: list[str], right: list[str]) -> None:
        super().__init__(None, left, right, autojunk=_pairs(left, right) > EXACT_PAIRS)
        places = self.b2j  # type: ignore[attr-defined]  # of each word in `right` that counts; the stubs leave it out
        self._looks = [0, *accumulate(1 + len(places.get(word, ())) for word in left)]
        self._left = MOST_LOOKS

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        end = len(self._looks) - 1 if ahi is None else ahi
        self._left -= self._looks[end] - self._looks[alo]
        return super().find_longest_match(alo, end, blo, bhi) if self._left >= 0 else Match(alo, blo, 0)


def _joined(stretches: list[tuple[str, list[str], list[str]]]) -> list[tuple[str, list[str], list[str]]]:
    """Neighbouring equal stretches as one."""
    joined: list[tuple[str, list[str], list[str]]] = []
    for kind, left, right in stretches:
        if joined and kind == "equal" == joined[-1][0]:
            _, before, after = joined.pop()
            joined.append((kind, before + left, after + right))
        else:
            joined.append((kind, left, right))
    return joined


def _common(left: list[str], right: list[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _pairs(left: list[str], right: list[str]) -> int:
    other = Counter(right)
    return sum(count * other[word] for word, count in Counter(left).items())
