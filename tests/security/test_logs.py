"""Nobody writes entries of their own into the log: not by an address, a header, a name at the sign-in or a fault's text."""

import io
import json
import logging
import re

import pytest
from django.test import Client

from atlas_site.logs import JsonFormatter, PrivateFilter

pytestmark = pytest.mark.django_db
FORGED = [
    "a\r\n2026-01-01 00:00:00,000 INFO atlas_site forged", 'a"}\n{"level": "INFO", "message": "forged"}',
    "\x1b[2J\x1b]0;forged\x07", "\x9b31mforged", "\x85forged", "forged\u2028forged", "\u202eforged", "\0forged", "forged \udc80",
]  # fmt: skip
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
FORMATTERS = {
    "plain": lambda: logging.Formatter("{asctime} {levelname} {name} {message}", style="{"),
    "json": JsonFormatter,
}


@pytest.fixture(params=FORMATTERS)
def log(request):
    """What a file of the log holds, as bytes are written to it; the filter is that of the settings."""
    data = io.BytesIO()
    handler = logging.StreamHandler(io.TextIOWrapper(data, encoding="utf-8", write_through=True))
    handler.setFormatter(FORMATTERS[request.param]())
    handler.addFilter(PrivateFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield request.param, lambda: data.getvalue().decode()
    root.removeHandler(handler)


def entries(kind: str, text: str) -> list[str]:
    """Every line is an entry or, of a plain log, belongs to a fault above it."""
    assert STEERING.findall(text) == []
    lines = text.split("\n")[:-1]
    if kind == "json":
        return [json.loads(line)["message"] for line in lines]
    return [line for line in lines if re.match(r"[0-9{]", line)]


@pytest.mark.parametrize("forged", FORGED)
def test_message_and_fault_of_one_record_are_one_entry(log, forged):
    kind, written = log
    try:
        raise ValueError(forged)
    except ValueError:
        logging.getLogger("django.request").exception("Fault at %s", forged)
    assert len(entries(kind, written())) == 1
    assert "forged" in written()


def test_entry_that_its_writer_got_wrong_is_an_entry_and_no_fault(log):
    kind, written = log
    logging.getLogger("somebody").warning("%d papers", "many")
    assert [line for line in entries(kind, written()) if line.endswith("An entry of somebody cannot be written.")] != []


@pytest.mark.parametrize("forged", FORGED)
def test_requests_write_no_entry_of_their_own(log, forged):
    """In the path, the query, headers and at the sign-in. The log may name the path; it names nothing else of these."""
    kind, written = log
    browser = Client(raise_request_exception=False)
    sent = forged.encode("utf-8", "surrogateescape").decode("latin-1")
    path = "/nowhere/" + "".join(f"%{byte:02x}" for byte in sent.encode("latin-1"))
    browser.get(path, headers={"user-agent": sent, "referer": sent, "x-forwarded-for": sent})
    browser.get("/", {"q": forged.replace("\udc80", "")}, headers={"host": sent})
    browser.post("/admin/login/", {"username": f"wholly-unknown {forged}".replace("\udc80", ""), "password": "x"})
    found = entries(kind, written())
    assert "wholly-unknown" not in written()
    if kind == "plain":
        whole = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ [\w.]+ "
        assert [entry for entry in found if not re.match(whole, entry)] == []
        assert [entry for entry in found if re.match(whole + "forged", entry)] == []
    else:
        assert "forged" not in found
