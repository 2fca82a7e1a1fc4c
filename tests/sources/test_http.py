"""The one client against a server that misbehaves: a whole answer after another try, or a fault in a sentence."""

import json
import logging
import time

import pytest

from studies.sources.faults import (
    Busy,
    Declined,
    NotConfigured,
    NotThere,
    OffLimits,
    TooLarge,
    Unintelligible,
    Unreachable,
)
from studies.sources.http import CSV, JSON, Client
from tests.sources.asking import AGENT, SECRET, Rests, client_for
from tests.sources.stub import serving


@pytest.fixture()
def path(stub):
    return "works/" + stub.shelves.papers[0].record.doi.replace("/", "%2F")


def title_in(answer):
    return json.loads(answer.body)["message"]["title"][0]


def test_question_names_the_atlas_and_its_contact(stub, path):
    client_for(stub).get("crossref", path, {"rows": "1"}, kinds=JSON)
    asked = stub.asked[0]
    assert asked.headers["User-Agent"] == AGENT
    assert asked.parameters == {"rows": "1", "mailto": "editor@example.org"}
    assert asked.headers["Accept"] == "application/json"


def test_question_to_ncbi_carries_tool_mail_and_key(stub):
    client = client_for(stub, keys=True)
    client.get("pubmed", "efetch.fcgi", {"db": "pubmed", "id": "1"}, kinds=("text/xml",))
    assert stub.asked[0].parameters == {
        "db": "pubmed", "id": "1", "tool": "atlas", "email": "editor@example.org", "api_key": SECRET,
    }  # fmt: skip


def test_nobody_is_asked_without_a_contact(stub, path):
    client = client_for(stub)
    client.agent = "atlas (+https://atlas.example.org; mailto:)"
    with pytest.raises(NotConfigured, match=r"^ATLAS_CONTACT is not set\."):
        client.get("crossref", path, kinds=JSON)
    assert stub.asked == []


@pytest.mark.parametrize(
    "faults",
    [
        ["broken"],
        ["broken", "broken", "broken"],
        ["reset"],
        ["truncated"],
        ["packed_and_truncated"],
        ["busy:0"],
        ["status:503"],
        ["status:408"],
        ["reset", "truncated", "broken"],
        ["packed"],
    ],
)
def test_fault_that_passes_ends_in_the_whole_answer(stub, path, faults):
    stub.misbehave(*faults)
    answer = client_for(stub).get("crossref", path, kinds=JSON)
    assert title_in(answer) == stub.shelves.papers[0].record.title
    assert answer.kind == "application/json"
    assert len(stub.asked) == len([fault for fault in faults if fault != "packed"]) + 1


@pytest.mark.parametrize(
    ("fault", "error", "sentence", "tries"),
    [
        ("broken", Unreachable, "Crossref has a fault of its own (HTTP 500).", 4),
        ("reset", Unreachable, "The answer of Crossref broke off.", 4),
        ("truncated", Unreachable, "The answer of Crossref broke off.", 4),
        ("packed_and_truncated", Unreachable, "The answer of Crossref broke off.", 4),
        ("busy", Busy, "Crossref has too much to do and asks to come back later.", 4),
        ("busy:7", Busy, "Crossref has too much to do and asks to come back in 7 seconds.", 4),
        ("busy:3600", Busy, "Crossref has too much to do and asks to come back in 3600 seconds.", 1),
        ("slow:60", Unreachable, "Crossref did not answer in 0.3 seconds.", 4),
        ("drip", Unreachable, "Crossref sent its answer too slowly: not all of it in 0.3 seconds.", 4),
        ("trickle", Unreachable, "Crossref sent its answer too slowly: not all of it in 0.3 seconds.", 4),
        ("wrong_type", Unintelligible, "Crossref answered with text/html, not with application/json.", 1),
        ("wrong_type:text/json", Unintelligible, "Crossref answered with text/json, not with application/json.", 1),
        ("empty", Unintelligible, "Crossref answered with nothing.", 1),
        ("no_content", Unintelligible, "Crossref answered in a way that was not expected (HTTP 204).", 1),
        ("unchanged", Unintelligible, "Crossref says that nothing changed, though nothing was known before.", 1),
        ("huge", TooLarge, "The answer of Crossref is larger than 4 MB.", 1),
        ("declared_huge", TooLarge, "The answer of Crossref is larger than 4 MB.", 1),
        ("bomb:64", TooLarge, "The answer of Crossref is larger than 4 MB.", 1),
        ("wrong_packing:gzip", Unintelligible, "The packed answer of Crossref cannot be unpacked.", 1),
        ("wrong_packing:br", Unintelligible, "Crossref packed its answer in a way that was not asked for.", 1),
        ("redirect:https://elsewhere.example/x", OffLimits,
         "Crossref cannot be asked. elsewhere.example is not among the hosts that may be asked.", 1),
        ("redirect:file:///etc/passwd", OffLimits,
         "Crossref cannot be asked. An address without a host is not among the hosts that may be asked.", 1),
        ("redirect:http://user@127.0.0.1/", OffLimits,
         "Crossref cannot be asked. 127.0.0.1 is not among the hosts that may be asked.", 1),
        ("redirect", Unintelligible, "Crossref sends the question from one address to the next.", 6),
        ("status:404", NotThere, "Crossref does not know this.", 1),
        ("status:410", NotThere, "Crossref does not know this.", 1),
        ("status:403", Declined, 'Crossref refuses the question (HTTP 403): {"error": "refused", "api-key": ""}', 1),
    ],
)  # fmt: skip
def test_fault_that_stays_is_told_in_a_sentence(stub, path, fault, error, sentence, tries):
    stub.misbehave(fault, always=True)
    limits = {"read": 0.3} if fault.startswith("slow") else {"total": 0.3} if fault in ("drip", "trickle") else {}
    with pytest.raises(error) as caught:
        client_for(stub, **limits).get("crossref", path, kinds=JSON)
    assert str(caught.value) == sentence
    assert type(caught.value) is error
    assert len(stub.asked) == tries


def test_redirect_within_the_list_is_followed(stub, path):
    stub.misbehave(f"redirect:/crossref/{path}")
    assert title_in(client_for(stub).get("crossref", "works/old", kinds=JSON)) == stub.shelves.papers[0].record.title


def test_waiting_grows_and_follows_what_the_service_asks_for(stub, path):
    rests = Rests()
    stub.misbehave("broken", "busy:7", "broken")
    client_for(stub, rests=rests).get("crossref", path, kinds=JSON)
    between_tries = [rest for rest in rests if rest >= 1]
    assert between_tries == [1.0, 7.0, 4.0]


def test_waiting_follows_a_date_too(stub, path):
    rests = Rests()
    stub.misbehave("busy:date+30")
    begin = time.monotonic()
    client_for(stub, rests=rests).get("crossref", path, kinds=JSON)
    assert 29 - (time.monotonic() - begin) <= max(rests) <= 30


def test_busy_service_says_for_how_long(stub, path):
    stub.misbehave("busy:3600", always=True)
    with pytest.raises(Busy) as caught:
        client_for(stub).get("crossref", path, kinds=JSON)
    assert (caught.value.after, caught.value.is_passing) == (3600.0, True)


def test_key_is_in_no_message_log_or_file(stub, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    client = client_for(stub, folder=tmp_path, keys=True)
    stub.misbehave("broken", "status:403", where="efetch")
    with pytest.raises(Declined) as caught:
        client.get("pubmed", "efetch.fcgi", {"id": "1"}, kinds=("text/xml",))
    client.get("openalex", "works/doi:" + stub.shelves.papers[0].record.doi, kinds=JSON)
    assert stub.asked[-1].parameters["api_key"] == SECRET
    assert str(caught.value) == 'PubMed refuses the question (HTTP 403): {"error": "refused", "api-key": "(key)"}'
    assert (caught.value.__cause__, SECRET in repr(client), SECRET in caplog.text) == (None, False, False)
    kept = list(tmp_path.iterdir())
    assert [SECRET.encode() in path.read_bytes() or SECRET in path.name for path in kept] == [False]


def test_answer_is_asked_for_again_only_if_it_changed(stub, path, tmp_path):
    client = client_for(stub, folder=tmp_path)
    first = client.get("crossref", path, kinds=JSON)
    stub.misbehave("unchanged")
    again = client.get("crossref", path, kinds=JSON)
    assert again == first
    assert stub.asked[1].headers["If-None-Match"].startswith('"')
    stub.shelves.change(stub.shelves.papers[0].record.doi, title="Another title")
    assert title_in(client.get("crossref", path, kinds=JSON)) == "Another title"


def test_answer_without_a_mark_or_with_a_fault_is_not_kept(stub, path, tmp_path):
    client = client_for(stub, folder=tmp_path)
    stub.misbehave("malformed")
    client.get("crossref", path, kinds=JSON)
    stub.misbehave("truncated", always=True)
    with pytest.raises(Unreachable):
        client.get("crossref", path, kinds=JSON)
    assert list(tmp_path.iterdir()) == []


def test_download_writes_the_whole_file_or_nothing(stub, tmp_path):
    target = tmp_path / "notices" / "table.csv"
    client = client_for(stub)
    for fault in ("truncated", "huge", "wrong_type", "empty"):
        stub.misbehave(fault, always=True)
        with pytest.raises((Unreachable, TooLarge, Unintelligible)):
            client.download("retraction_watch", target, kinds=CSV)
        stub.behave()
        assert list(target.parent.iterdir()) == []
    assert client.download("retraction_watch", target, kinds=CSV) is True
    written = target.read_bytes()
    stub.misbehave("truncated", always=True)
    with pytest.raises(Unreachable):
        client.download("retraction_watch", target, kinds=CSV)
    assert target.read_bytes() == written
    assert sorted(path.name for path in target.parent.iterdir()) == ["table.csv", "table.csv.mark"]


def test_download_of_what_did_not_change_is_left_out(stub, tmp_path):
    target = tmp_path / "table.csv"
    client = client_for(stub)
    assert client.download("retraction_watch", target, kinds=CSV) is True
    assert client.download("retraction_watch", target, kinds=CSV) is False
    target.unlink()
    assert client.download("retraction_watch", target, kinds=CSV) is True


def test_service_that_is_not_reached_is_told():
    with serving(number=1) as stub:
        client = client_for(stub)
    with pytest.raises(Unreachable, match=r"^Crossref could not be reached\.$"):
        client.get("crossref", "works", kinds=JSON)


def test_host_without_an_address_is_told(stub):
    client = client_for(stub)
    client.lookup = lambda host, port: []
    with pytest.raises(Unreachable, match=r"^Crossref cannot be asked\. The host 127\.0\.0\.1 was not found\.$"):
        client.get("crossref", "works", kinds=JSON)


def test_client_outside_tests_asks_no_machine_of_its_own(stub, path):
    client = client_for(stub)
    strict = Client(services=client.services, agent=AGENT, clock=client.clock)
    with pytest.raises(OffLimits, match=r"^Crossref cannot be asked\. 127\.0\.0\.1 would be asked without HTTPS\.$"):
        strict.get("crossref", path, kinds=JSON)
    assert stub.asked == []
