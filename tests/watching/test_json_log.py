"""Lines of the log as JSON: what a program needs, and no more of a person than the plain lines hold."""

import io
import json
import logging
import os
import subprocess
import sys

import pytest
from django.http import HttpResponse

from atlas_site.logs import JsonFormatter, PrivateFilter
from atlas_site.private_pages import PrivatePagesMiddleware
from atlas_site.watching.measuring import MeasureMiddleware
from tests.running import ROOT, bare_environment


@pytest.fixture
def written():
    """A logger as the settings make one for LOG_FORMAT=json, and its lines."""
    stream, logger = io.StringIO(), logging.getLogger("other.library")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(PrivateFilter())
    logger.addHandler(handler)
    yield logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


def ask(rf, path: str, logger: logging.Logger, *words: str) -> None:
    def answer(request):
        for word in words:
            logger.warning("It said %s.", word)
        return HttpResponse()

    PrivatePagesMiddleware(MeasureMiddleware(answer))(rf.get(path, {"q": "secret"}, REMOTE_ADDR="198.51.100.7"))


def test_line_holds_five_things_and_lines_of_one_request_share_a_number(rf, written):
    logger, lines = written
    ask(rf, "/pem/", logger, "one", "two\nlines")
    ask(rf, "/pem/", logger, "three")
    found = lines()
    assert [sorted(line) for line in found] == [["level", "logger", "message", "request", "time"]] * 3
    assert [line["message"] for line in found] == ["It said one.", "It said two\\nlines.", "It said three."]
    assert found[0]["request"] == found[1]["request"] != found[2]["request"]


def test_line_outside_a_request_has_no_number(written):
    logger, lines = written
    logger.warning("At night.")
    assert [(line["message"], "request" in line) for line in lines()] == [("At night.", False)]


def test_line_of_a_private_page_holds_no_word_of_it(rf, written):
    logger, lines = written
    ask(rf, "/contribute/secret-slug/", logger, "secret words")
    assert ["secret" in json.dumps(line) for line in lines()] == [False]


def test_fault_is_one_field_of_its_line(written):
    logger, lines = written
    try:
        raise ValueError("wrong")
    except ValueError:
        logger.exception("It fell.")
    assert lines()[0]["fault"].splitlines()[-1] == "ValueError: wrong"


@pytest.mark.parametrize(("name", "code"), [("json", 0), ("line", 0), ("xml", 1)])
def test_setting_chooses_the_form_and_refuses_an_unknown_one(name, code, tmp_path):
    words = "import django; django.setup(); import logging; logging.warning('Here.')"
    environment = {**bare_environment(), "DEBUG": "1", "LOG_FORMAT": name, "ATLAS_DATA_DIR": str(tmp_path)}
    environment |= {"DJANGO_SETTINGS_MODULE": "atlas_site.settings", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, last.startswith('{"time": ') if name == "json" else last.endswith("Here.")) == (
        code, name != "xml",
    )  # fmt: skip
