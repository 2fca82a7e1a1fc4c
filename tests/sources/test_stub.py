"""The stand-in as a process, as browser tests and demonstrations use it."""

import json
import subprocess
import sys
import urllib.request
from datetime import date
from pathlib import Path

import pytest

from studies.sources import SOURCES
from tests.sources.asking import client_for
from tests.sources.stub import PATHS, serving

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture()
def process():
    command = [sys.executable, "-m", "tests.sources.stub", "--port", "0", "--papers", "20"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        lines = []
        while (line := running.stdout.readline().strip()) != "ready":
            lines.append(line)
        yield dict(line.split("=", 1) for line in lines)
    finally:
        running.terminate()
        running.communicate()


def order(address, name, **values):
    body = json.dumps(values).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{address}/stub/{name}", body)) as answer:
        assert answer.status == 200


def test_process_answers_and_obeys(process):
    assert set(process) == {f"ATLAS_{name.upper()}_URL" for name in PATHS} | {"ATLAS_CONTACT", "ATLAS_SOURCES_LOOPBACK"}
    address = process["ATLAS_CROSSREF_URL"].removesuffix("/crossref/")
    stand_in = type("StandIn", (), {"addresses": {name: address + path for name, path in PATHS.items()}})
    client, crossref = client_for(stand_in), SOURCES["crossref"]
    order(
        address,
        "add",
        doi="10.1000/new",
        pmid="5",
        title="A new paper",
        authors=["Jones R"],
        year=2026,
        on="2026-02-03",
    )
    order(address, "change", identifier="10.1000/new", journal="A journal")
    order(address, "notice", identifier="10.1000/new", kind="concern_in", doi="10.1000/notice", on="2026-03-04")
    order(address, "misbehave", faults=["broken"], where="/crossref/")
    (page,) = crossref.find(client, query="x", since=date(2026, 2, 1), until=date(2026, 2, 28))
    (paper,) = page.records
    assert (paper.record.title, paper.record.journal, paper.record.retraction_status) == (
        "A new paper", "A journal", "expression_of_concern",
    )  # fmt: skip
    order(address, "forget", identifier="10.1000/new")
    (page,) = crossref.find(client, query="x", since=date(2026, 2, 1), until=date(2026, 2, 28))
    assert page.records == ()


@pytest.mark.full
def test_five_thousand_papers_come_in_pages():
    with serving(number=5_000) as stub:
        pages = list(
            SOURCES["pubmed"].find(client_for(stub), query="x", since=date(2025, 1, 1), until=date(2027, 1, 1))
        )
        assert sum(len(page.records) for page in pages) == 5_000
        assert len({paper.record.pmid for page in pages for paper in page.records}) == 5_000
