"""A timed fuzz of every regular expression: four times the text may take about four times as long, not sixteen times."""

import importlib.util
import itertools
import math
import re
from functools import cache
from pathlib import Path

import pytest

from studies.formats.readers import assembling, detection, people
from studies.sources import wire
from studies.wording import sentences
from tests.security.patterns import STARTING, Found, all_patterns, hostile, seconds

N = 4_000
MOST = 20  # times as long for four times the text; beyond, time grows with the square at least
WORTH_A_LOOK = 0.02  # seconds; less is noise of the clock, and harmless

# Texts that reach these are cut before, at so many characters.
BOUNDED = {
    "studies.formats.readers.assembling._EMPTY_PARTS": assembling.MOST_DATE,
    "studies.formats.readers.people._ORDER": people.MOST_NAME,
    "studies.formats.readers.bibtex._HEAD": detection.HEAD,
    "studies.matching.facts._TITLE_NOTE": assembling.MOST_TITLE,
    "studies.matching.kinds._PATTERNS": assembling.MOST_TITLE,
    "studies.sources.wire._TAG": wire._MOST_REASON,
}
# What staff write about a study is read by these in pieces of at most so many characters.
OF_STAFF = ("studies.wording.", "studies.text_counts.")
LONGEST_OF_STAFF = sentences.LONGEST
# These read the settings of whoever runs the atlas.
OF_SETTINGS = ("atlas_site.settings:", "studies.oai.identity.")


@cache
def patterns() -> list[Found]:
    """All that is asked below, in an order that stays. Finding them imports the whole product, so only a test does."""
    found = [each for each in all_patterns() if not all(name.startswith(OF_SETTINGS) for name in each.names)]
    return sorted(found, key=lambda each: sorted(each.names))


def bound_of(found: Found) -> int:
    """Characters of the longest text that it is given here."""
    if all(name.startswith(OF_STAFF) for name in found.names):
        return LONGEST_OF_STAFF
    return next((BOUNDED[name] for name in found.names if name in BOUNDED), 4 * N)


def test_patterns_are_found_in_every_room():
    rooms = {name.split(".")[0] for found in patterns() for name in found.names}
    assert rooms == {"studies", "contributions", "atlas_site"}
    assert len(patterns()) > 300
    assert set(BOUNDED) <= {name for found in patterns() for name in found.names}


def test_what_is_not_imported_for_them_has_none():
    source = Path(importlib.util.find_spec(STARTING).origin).read_text()
    assert re.findall(r"^(?:import|from) re\b|\bre\.|regex|RegexValidator", source, re.MULTILINE) == []


def slowest(found: Found) -> tuple[str, str, str] | None:
    """The first text whose time grows faster than its length, beyond what one clock tick explains."""
    bound = bound_of(found)
    for start, pump, end in hostile(found.pattern):

        def text(length, parts=(start, pump, end)):
            return parts[0] + parts[1] * (min(length, bound) // len(parts[1])) + parts[2]

        once = seconds(found, text(N))
        if once > WORTH_A_LOOK / 10 and grows(found, once, text(4 * N)):
            return start, pump, end
    return None


def grows(found: Found, once: float, longer: str) -> bool:
    """Three times in a row: a busy machine may disturb one measurement."""
    return math.isinf(once) or all(
        (long := seconds(found, longer)) > WORTH_A_LOOK and long > MOST / 2 * max(once, WORTH_A_LOOK / 10)
        for _ in range(3)
    )


@pytest.mark.full
@pytest.mark.parametrize("part", range(8))
def test_no_pattern_takes_longer_than_its_text_grows(part):
    mine = itertools.islice(patterns(), part, None, 8)
    assert {min(found.names): slow for found in mine if (slow := slowest(found))} == {}


def test_careless_patterns_would_be_found():
    """The fuzz sees what it is for: powers and squares."""
    for careless in (r"^(a+)+$", r"\s*,", r"(?:a|a)*b", r"x*y*x*$"):
        assert slowest(Found(re.compile(careless), {"here"}, {"search"})) is not None, careless
    assert slowest(Found(re.compile(r"^[a-z]+$"), {"here"}, {"match"})) is None
