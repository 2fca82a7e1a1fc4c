"""The soak of scripts/bench for ten seconds, so that it never rots; and how it judges what it found."""

import http.client
import subprocess
import sys
import time

import pytest

from scripts.benching.soak.browser import BrokenPromise, Page, whole
from scripts.benching.soak.crowd import LONGER, _goes_on
from scripts.benching.soak.memory import Sample, growth_per_hour
from scripts.benching.soak.moderating import code_now
from scripts.benching.soak.notes import MADE_BY, Notes
from scripts.benching.soak.soak_report import missed
from tests.environment import engine
from tests.running import ROOT, bare_environment

GOOD = {
    "number_of_faults": 0, "errors_logged": 0, "workers_lost": 0, "receipts": 3, "opened": 3, "stored": 3, "history": "",
    "seconds": 1800, "memory": [{"peak": 200.0, "growth": 3.0}], "acts": {"message sent": 3, "apply": 2, "publish": 1},
}  # fmt: skip
FORM = """<form action="/one/?next=x"><input name="a" value="1"><input type="checkbox" name="b" checked>
<input type="checkbox" name="c"><textarea name="d">
two
lines</textarea><select name="e"><option value="x">X</option><option value="y" selected>Y</option></select>
<select name="f"><option value="first">1</option><option value="second">2</option></select>
<select name="g" multiple><option value="many">1</option></select><button name="h" value="press">Go</button></form>"""


def page(text: str, kind: str = "text/html", status: int = 200) -> Page:
    headers = http.client.HTTPMessage()
    headers["Content-Type"] = kind
    return Page("/page/", status, text, headers)


@pytest.mark.full
def test_soak_ends_well_and_says_what_it_found():
    words = ["--soak", "--print", "--minutes", "0.17", "--clients", "24", "--sizes", "913", "--engine", engine()]
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "bench"), *words], env=bare_environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "| public history afterwards | whole | whole | met |" in done.stdout


def test_missed_names_every_bound_that_was_missed():
    bad = GOOD | {
        "number_of_faults": 2, "errors_logged": 1, "workers_lost": 1, "opened": 2, "stored": 2, "history": "broken",
        "memory": [{"peak": 275.0, "growth": 30.0}], "acts": {"message sent": 3, "apply": 2},
    }  # fmt: skip
    assert (missed(GOOD), missed(bad)) == (
        [],
        [
            "errors and broken promises: 2, bound 0",
            "errors that the server logged: 1, bound 0",
            "processes that ended: 1, bound 0",
            "receipts that do not open: 1, bound 0",
            "messages acknowledged and not stored: 1, bound 0",
            "public history afterwards: broken, bound whole",
            "memory of the largest process: 275 MB, bound ≤ 250 MB",
            "its growth in the second half: +30.0 MB an hour, bound ≤ 20 MB an hour",
            "studies published: 0, bound ≥ 1",
        ],
    )


def test_notes_count_a_server_error_as_a_fault_and_429_and_409_apart():
    notes = Notes()
    for status in (200, 304, 429, 409, 503):
        notes.answered("study", status, 5.0, "/x/")
    assert (notes.faults, notes.times["study"], notes.statuses[429]) == (["503 for study /x/"], [5.0, 5.0], 1)


def test_short_soak_goes_on_until_each_kind_of_act_has_happened_but_not_for_ever():
    notes, over = Notes(), time.monotonic()
    for act in MADE_BY:
        assert (_goes_on(over, LONGER, notes), _goes_on(over - LONGER, LONGER, notes)) == (True, False)
        assert (_goes_on(over, 0, notes), _goes_on(over + 60, 0, notes)) == (False, True)
        notes.did(act)
    assert (_goes_on(over, LONGER, notes), _goes_on(over + 60, LONGER, notes)) == (False, True)


def test_growth_per_hour_looks_at_the_second_half_alone():
    early = [Sample(float(second), 1, 50.0 + second, 0) for second in range(0, 100, 10)]
    late = [Sample(float(second), 1, 150.0 + second / 3600, 0) for second in range(100, 201, 10)]
    assert round(growth_per_hour(early + late), 3) == 1.0


def test_form_reads_what_a_browser_would_send():
    form = page(FORM).form(to="/one/")
    values = {"a": ["1"], "b": ["on"], "d": ["two\nlines"], "e": ["y"], "f": ["first"]}
    assert (form.action, form.values) == ("/one/?next=x", values)


def test_form_that_is_not_there_is_a_broken_promise():
    with pytest.raises(BrokenPromise):
        page("<p>Nothing</p>").form(holding="text")


@pytest.mark.parametrize(("text", "kind"), [("<html><p>cut of", "text/html"), ('{"a": ', "application/json")])
def test_whole_refuses_what_ends_early(text, kind):
    with pytest.raises((BrokenPromise, ValueError)):
        whole(page(text, kind))


def test_code_now_is_what_an_app_shows(monkeypatch):
    """The first test value of RFC 6238, of which the last six digits count."""
    monkeypatch.setattr("time.time", lambda: 59.0)
    assert code_now(b"12345678901234567890".hex()) == "287082"
