"""Every regular expression of the product, and texts made to keep each of them busy.

Patterns are found by importing all modules, so that a new one is met too. From the parts of a pattern that repeat come texts
that repeat the same, up to a place where they do not fit: there a careless pattern begins again and again.
"""

import ast
import importlib
import math
import pkgutil
import re
import re._parser as parser
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = ("studies", "contributions", "atlas_site")
ONCE = {"match", "fullmatch"}  # begin at one place; the others try every place
SIGNS = "a1 A-.,;:/\"'<>(){}[]\\=_&%@\n\t0zZé“”$!#~|^+*–ﬁİ\x00"
ENDS = ("", "\x00", "1")
PUMPS = (" ", "a", "1", "-", "\n", "a ", "A.", ". ", "<", '"', "'", "(", "[", "{", "\\", "/")


@dataclass
class Found:
    """A pattern, where it stands, and by which methods it is used."""

    pattern: re.Pattern
    names: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)

    @property
    def begins_once(self) -> bool:
        return self.uses <= ONCE


# Whoever imports this starts what a server needs beside it, a watch of the database; it holds no pattern.
STARTING = "atlas_site.wsgi"


def all_patterns() -> list[Found]:
    found: dict[re.Pattern, Found] = {}
    for package in PACKAGES:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if ".migrations" not in module.name and module.name != STARTING:
                for name, pattern, uses in patterns_of(importlib.import_module(module.name)):
                    one = found.setdefault(pattern, Found(pattern))
                    one.names.add(name)
                    one.uses |= uses
    return list(found.values())


def patterns_of(module) -> Iterator[tuple[str, re.Pattern, set[str]]]:
    source = Path(module.__file__).read_text()
    for name, value in vars(module).items():
        uses = set(re.findall(rf"\b{re.escape(name)}\.(\w+)\(", source)) or {"search"}
        for pattern in inside(value, module.__name__):
            yield f"{module.__name__}.{name}", pattern, uses
    for call in ast.walk(ast.parse(source)):
        if called := literal_call(call):
            yield f"{module.__name__}:{call.lineno}", *called


def inside(value, module: str, depth: int = 0) -> Iterator[re.Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 4 and isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from inside(each, module, depth + 1)
    elif depth < 4 and isinstance(value, dict):
        yield from inside([*value.keys(), *value.values()], module, depth + 1)
    elif depth < 2 and isinstance(value, type) and value.__module__ == module:
        yield from inside(list(vars(value).values()), module, depth + 1)


def literal_call(call: ast.AST) -> tuple[re.Pattern, set[str]] | None:
    """The pattern of `re.sub("…", …)` and its like; compiled ones are found by their names."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args):
        return None
    owner, method, first = call.func.value, call.func.attr, call.args[0]
    if (
        not (isinstance(owner, ast.Name) and owner.id == "re" and isinstance(first, ast.Constant))
        or method == "compile"
    ):
        return None
    flags = re.IGNORECASE if "IGNORECASE" in ast.dump(call) else 0
    return re.compile(first.value, flags), {method}


# --- Texts ----------------------------------------------------------------------------------------------------------
REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


def sample(tree, number: int = 0) -> str:
    """A text that the pattern takes, or nearly; another one for each number."""
    return "".join(sample_of(str(kind), value, number) for kind, value in tree)


def sample_of(kind: str, value, number: int) -> str:
    if kind == "LITERAL":
        return chr(value)
    if kind in {"ANY", "NOT_LITERAL"}:
        signs = [sign for sign in "a -" if ord(sign) != value]
        return signs[number % len(signs)]
    if kind == "IN":
        signs = [sign for sign in SIGNS if is_in(value, sign)] or ["a"]
        return signs[number % len(signs)]
    if kind == "BRANCH":
        return sample(value[1][number % len(value[1])], number)
    if kind in REPEATS:
        return sample(value[2], number) * max(value[0], min(1, value[1]))
    if kind == "ASSERT":
        return sample(value[1], number) if value[0] == 1 else ""
    return sample(within(kind, value), number)


def within(kind: str, value):
    return {"SUBPATTERN": lambda: value[3], "ATOMIC_GROUP": lambda: value}.get(kind, list)()


def is_in(ranges, sign: str) -> bool:
    """Whether the sign is in a set such as [a-z\\s]."""
    tests = {
        "LITERAL": lambda value: ord(sign) == value,
        "RANGE": lambda value: value[0] <= ord(sign) <= value[1],
        "CATEGORY": lambda value: bool(re.match(CATEGORIES[str(value)], sign)),
    }
    negated = any(str(kind) == "NEGATE" for kind, _ in ranges)
    return any(tests[str(kind)](value) for kind, value in ranges if str(kind) != "NEGATE") != negated


CATEGORIES = {
    f"CATEGORY_{'NOT_' * no}{name}": letter.upper() if no else letter
    for name, letter in (("DIGIT", r"\d"), ("SPACE", r"\s"), ("WORD", r"\w"))
    for no in (0, 1)
}


def pumps(tree, before: str = "") -> Iterator[tuple[str, str]]:
    """(what leads there, what repeats) for each part of the pattern that may repeat often."""
    for kind, value in ((str(kind), value) for kind, value in tree):
        if kind in REPEATS:
            if value[1] >= 30:
                for number in range(3):
                    yield before, sample(value[2], number)
                yield before, sample(value[2], 0) + sample(value[2], 1)
            yield from pumps(value[2], before)
        elif kind == "BRANCH":
            for branch in value[1]:
                yield from pumps(branch, before)
        elif kind in {"ASSERT", "ASSERT_NOT"}:
            yield from pumps(value[1], before)
        else:
            yield from pumps(within(kind, value), before)
        before += sample_of(kind, value, 0)


def hostile(pattern: re.Pattern) -> list[tuple[str, str, str]]:
    """(beginning, what repeats, end) of texts for this pattern."""
    tree = list(parser.parse(pattern.pattern, pattern.flags))
    whole = sample(tree)
    pairs = {*pumps(tree), ("", whole), ("", whole[:1]), ("", whole[:-1]), *(("", pump) for pump in PUMPS)}
    return [(start, pump, end) for start, pump in sorted(pairs) if pump for end in ENDS]


def seconds(found: Found, text: str) -> float:
    """Processor time of one use on this text; infinite where it takes more than LONGEST."""
    given = text.encode("utf-8", "replace") if isinstance(found.pattern.pattern, bytes) else text
    begin = time.process_time()
    try:
        with ended_after(LONGEST):
            if found.begins_once:
                found.pattern.match(given)
                found.pattern.fullmatch(given)
            else:
                for _ in found.pattern.finditer(given):
                    pass
    except TooLong:
        return math.inf
    return time.process_time() - begin


LONGEST = 0.5


class TooLong(Exception):
    pass


@contextmanager
def ended_after(limit: float) -> Iterator[None]:
    """Raise TooLong after so many seconds of the processor; a pattern at work can be interrupted."""

    def stop(*_):
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
