"""A timed fuzz of the regular expressions in our scripts, in the engine of a browser (V8, as Node has it)."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clock import PATIENCE
from tests.running import ROOT
from tests.security.patterns import hostile
from tests.security.scripts import Expression, expressions, in_script, scripts

MEASURING = Path(__file__).with_name("measuring.js")
NODE = shutil.which("node")
# What a script does to a text before it asks the expression.
ENDED = {r"\S.*?[.?!](?=\s|$)": "."}  # reading.js ends each text with a full stop where it has none

needs_node = pytest.mark.skipif(NODE is None, reason="Node is not on this machine")


def slow(found: list[Expression]) -> list[list[str] | None]:
    """For each expression the first text (beginning, part, end) with which its time grows faster than the text does."""
    given = [
        {
            "source": one.source,
            "flags": one.flags,
            "texts": [[*text[:2], text[2] + ENDED.get(one.source, "")] for text in texts],
        }
        for one, texts in ((one, hostile(re.compile(one.source))) for one in found)
    ]
    words = [str(NODE), str(MEASURING)]
    done = subprocess.run(words, input=json.dumps(given), capture_output=True, text=True, check=True, timeout=PATIENCE)
    return json.loads(done.stdout)


@needs_node
def test_no_expression_of_a_script_takes_longer_than_its_text_grows():
    found = expressions()
    assert len(found) > 5
    assert {one.place: text for one, text in zip(found, slow(found), strict=True) if text} == {}
    assert set(ENDED) <= {one.source for one in found}


@needs_node
def test_careless_expressions_would_be_found():
    careless = [Expression("here", source, "g") for source in (r"\s*,", r"x*$", r"a.*?b")]
    assert all(slow(careless))
    assert slow([Expression("here", "^[a-z]+$", "")]) == [None]


def test_expressions_are_found_and_strings_and_divisions_are_none():
    text = 'const a = /x\\/[/]y/g; // no /z/\nconst b = "/q/" + c / d / e; return /w/.test(`/t/`);\n/* /u/ */ f(/^v$/, 1 / 2);'
    assert [(one.place, one.source, one.flags) for one in in_script(text, "f.js")] == [
        ("f.js:1", "x\\/[/]y", "g"), ("f.js:2", "w", ""), ("f.js:3", "^v$", ""),
    ]  # fmt: skip


def test_no_script_and_no_template_makes_an_expression_of_a_text():
    """None is put together while a page is read, and none stands in a page."""
    made = [path.name for path in scripts() if re.search(r"\bRegExp\b", path.read_text())]
    fields = [path.name for path in (ROOT / "templates").rglob("*.html") if re.search(r"\spattern=", path.read_text())]
    assert (made, fields) == ([], [])
