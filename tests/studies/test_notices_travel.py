"""A notice of staff, such as a safety notice, goes wherever the finding goes."""

import json
import re

import pytest
from django.test import Client

from studies import proposals
from studies.models import Flag
from studies.vocabulary import FlagKind
from tests.studies.factories import CODED, TEXTS, make_user, published_study

pytestmark = pytest.mark.django_db
LINE = "Safety notice: Many patients got worse."
OTHER = "This study is contested: Two groups read the data differently."


@pytest.fixture
def flagged():
    study = published_study(**TEXTS, **CODED, doi="10.1000/x", pmid="123")
    for kind, line in ((FlagKind.CONTESTED, OTHER), (FlagKind.SAFETY, LINE)):
        Flag.objects.create(study=study, kind=kind, reason=line.partition(": ")[2])
    return study


def text_of(address: str) -> str:
    return b"".join(Client().get(address)).decode()


@pytest.mark.parametrize("suffix", ["ris", "bib", "nbib", "csl.json", "mods"])
def test_reference_file_tells_the_notices_the_gravest_first(flagged, suffix):
    whole = re.sub(r"\s+", " ", text_of(f"/evidence/{flagged.slug}.{suffix}"))
    assert (whole.count(LINE) > 0, whole.count(OTHER) > 0, whole.index(LINE) < whole.index(OTHER)) == (True, True, True)


def test_programs_get_the_notices_as_a_list(flagged):
    (item,) = json.loads(text_of(f"/evidence/{flagged.slug}.csl.json"))
    assert item["custom"]["notices"] == [LINE, OTHER]


def test_reference_manager_that_reads_the_page_gets_them_too(flagged):
    assert LINE in text_of(f"/unapi?id={flagged.slug}&format=ris")


def test_finding_for_search_engines_holds_them(flagged):
    script = re.search(
        r'<script type="application/ld\+json"[^>]*>(.*?)</script>', text_of(flagged.get_absolute_url()), re.DOTALL
    )
    (own,) = [node for node in json.loads(script[1])["@graph"] if node["@type"] == "Article"]
    assert own["abstract"].endswith(f" {LINE} {OTHER}")


def test_feed_of_corrections_tells_them_beside_what_changed(flagged):
    person = make_user("editor")
    proposal = proposals.propose(
        study=flagged, values={"volume": "9"}, reason="bibliography", note="It is volume 9.", by=person
    )
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("moderator"))
    (item,) = json.loads(text_of("/feeds/corrections.json"))["items"]
    assert LINE in item["content_text"]
    assert {flag["kind"] for flag in item["_atlas"]["flags"]} == {"safety", "contested"}


def test_study_without_a_notice_has_none():
    study = published_study(**TEXTS, **CODED, doi="10.1000/y")
    (item,) = json.loads(text_of(f"/evidence/{study.slug}.csl.json"))
    assert (item["custom"]["notices"], "notice" in item["note"].lower()) == ([], False)
