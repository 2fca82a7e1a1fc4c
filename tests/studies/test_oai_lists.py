"""Long lists of OAI-PMH: pages and their tokens, and that nothing is lost while studies change under a harvest."""

import random
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.core import signing
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from studies import publishing
from studies.models import Study
from studies.oai import holdings, moments, tokens
from tests.studies.factories import make_user, published_study
from tests.studies.harvesting import N, ask, error, harvest, headers, numbers, token
from tests.studies.test_oai import DC, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch):
    monkeypatch.setattr(holdings, "PAGE", 3)


@pytest.fixture
def lead():
    return make_user("lead")


@pytest.fixture
def studies():
    return [published_study() for _ in range(8)]


def change(study, lead):
    """A public change of the study."""
    publishing.rename(study=study, slug=f"{study.slug}-x", note="A typing error.", by=lead)


def attributes(tree):
    return dict(tree.find("*/o:resumptionToken", N).attrib)


def resume(client, tree, verb="ListIdentifiers"):
    return ask(client, verb, resumptionToken=token(tree))


# --- Pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["ListIdentifiers", "ListRecords"])
def test_list_comes_in_pages_that_count_themselves(client, studies, verb):
    trees = harvest(client, verb, **DC)
    assert [numbers(tree) for tree in trees] == [[study.pk for study in studies[at : at + 3]] for at in (0, 3, 6)]
    counts = [{"completeListSize": "8", "cursor": cursor} for cursor in ("0", "3", "6")]
    found = [attributes(tree) for tree in trees]
    ends = [each.pop("expirationDate", None) for each in found]
    assert (found, ends[2], token(trees[2])) == (counts, None, "")
    expected = datetime.now(UTC) + tokens.LIFETIME
    for end in ends[:2]:
        assert abs(moments.first(end) - expected) < timedelta(minutes=10)


@pytest.mark.parametrize("size", [1, 3])
def test_list_that_fits_a_page_has_no_token(client, size):
    for _ in range(size):
        published_study()
    assert token(ask(client, "ListRecords", **DC)) is None


def test_list_keeps_its_set_its_range_and_its_format(client, studies):
    old = datetime(2026, 1, 1, tzinfo=UTC)
    Study.objects.filter(pk__in=[study.pk for study in studies[:2]]).update(changed_at=old)
    published_study(topics=["sleep"])
    asked = {"metadataPrefix": "mods", "set": "pem:not_coded", "from_": "2026-01-02", "until": "9999-12-31"}
    for study in (published_study(design="protocol"), studies[0]):
        assert study.pk not in [number for tree in harvest(client, "ListRecords", **asked) for number in numbers(tree)]
    trees = harvest(client, "ListRecords", **asked)
    assert [len(numbers(tree)) for tree in trees] == [3, 3, 1]
    assert [len(tree.findall("*//m:mods", N)) for tree in trees] == [3, 3, 1]


def test_token_may_be_used_again(client, studies):
    first = ask(client, "ListIdentifiers", **DC)
    assert numbers(resume(client, first)) == numbers(resume(client, first)) == [study.pk for study in studies[3:6]]


def test_token_goes_by_post_too(client, studies):
    first = ask(client, "ListIdentifiers", post=True, **DC)
    second = ask(client, "ListIdentifiers", post=True, resumptionToken=token(first))
    assert numbers(second) == [study.pk for study in studies[3:6]]


# --- Tokens that are none -----------------------------------------------------------------------------------------


def test_token_of_another_verb_is_refused(client, studies):
    first = ask(client, "ListIdentifiers", **DC)
    assert error(resume(client, first, "ListRecords")) == "badResumptionToken"
    assert error(resume(client, first, "ListSets")) == "badResumptionToken"


def test_token_that_was_touched_is_refused(client, studies):
    good = token(ask(client, "ListIdentifiers", **DC))
    for bad in (good[:-1], "x" + good, good.swapcase(), good.partition(":")[2], good + "é", good + "\ud800"):
        response = client.get(
            "/oai/?" + urlencode({"verb": "ListIdentifiers", "resumptionToken": bad}, errors="replace")
        )
        assert b'code="badResumptionToken"' in response.content, bad


def test_token_of_another_key_or_purpose_is_refused(client, studies, settings):
    place = tokens.Place("ListIdentifiers", "oai_dc", counter=1, study=1, given=3, total=8)
    asked = [signing.dumps(place.__dict__, salt="another"), signing.dumps([1, 2], salt=tokens._SALT)]
    for bad in asked:
        assert error(ask(client, "ListIdentifiers", resumptionToken=bad)) == "badResumptionToken"
    good = tokens.token_of(place)
    assert len(numbers(ask(client, "ListIdentifiers", resumptionToken=good))) == 3
    settings.SECRET_KEY = "another-key-of-another-site"
    assert error(ask(client, "ListIdentifiers", resumptionToken=good)) == "badResumptionToken"


def test_token_ends_when_it_said(client, studies, monkeypatch):
    first, now = ask(client, "ListIdentifiers", **DC), time.time()
    end = moments.first(attributes(first)["expirationDate"]).timestamp()
    monkeypatch.setattr(time, "time", lambda: end - 1)
    again = resume(client, first)
    assert len(numbers(again)) == 3, list(again.itertext())
    monkeypatch.setattr(time, "time", lambda: end + 2)
    assert error(resume(client, first)) == "badResumptionToken"
    assert end - now > timedelta(hours=23).total_seconds()


# --- While studies change -----------------------------------------------------------------------------------------


def test_study_that_changes_behind_the_harvest_comes_again_at_its_end(client, studies, lead):
    """All within one second, the first study having the least number: time and number alone would pass it over."""
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    first = ask(client, "ListIdentifiers", **DC)
    assert numbers(first) == [study.pk for study in studies[:3]]
    change(studies[0], lead)
    Study.objects.update(changed_at=moment)
    second = resume(client, first)
    third = resume(client, second)
    assert numbers(second) + numbers(third) == [study.pk for study in [*studies[3:], studies[0]]]


def test_study_that_is_withdrawn_behind_the_harvest_comes_again_as_deleted(client, studies):
    first = ask(client, "ListRecords", **DC)
    withdraw(studies[1])
    rest = [resume(client, first, "ListRecords")]
    rest.append(resume(client, rest[0], "ListRecords"))
    assert headers(rest[1])[-1] == (f"oai:testserver:study-{studies[1].pk}", True)


def test_study_that_changes_before_the_harvest_reaches_it_comes_once(client, studies, lead):
    first = ask(client, "ListIdentifiers", **DC)
    change(studies[4], lead)
    second = resume(client, first)
    assert numbers(second) + numbers(resume(client, second)) == [
        study.pk for study in [*studies[3:4], *studies[5:], studies[4]]
    ]


def test_range_that_empties_under_the_harvest_ends_in_an_error(client, studies):
    first = ask(client, "ListIdentifiers", until="9998-01-01", **DC)
    Study.objects.filter(pk__in=[study.pk for study in studies[3:]]).update(
        changed_at=datetime(9999, 1, 1, tzinfo=UTC), public_counter=F("public_counter") + 100
    )
    assert error(resume(client, first)) == "noRecordsMatch"


@pytest.mark.parametrize("seed", range(4))
def test_harvester_ends_with_what_the_atlas_holds(client, studies, lead, seed):
    """Studies change, come and go at random between the pages; what came last of each is how each is."""
    chance, kept = random.Random(seed), {}  # noqa: S311
    tree = ask(client, "ListRecords", **DC)
    for _ in range(40):
        for header in tree.iter("{*}header"):
            kept[header[0].text] = (header[1].text, header.get("status"))
        if not token(tree):
            break
        act = chance.randrange(8)
        there = list(Study.objects.published())
        if act == 0:
            published_study()
        elif act == 1 and len(there) > 1:
            withdraw(chance.choice(there))
        elif act < 5:
            change(chance.choice(there), lead)
        tree = resume(client, tree, "ListRecords")
    assert token(tree) in ("", None)
    assert kept == {
        f"oai:testserver:study-{study.pk}": (
            moments.written(study.changed_at),
            "deleted" if study.state == "withdrawn" else None,
        )
        for study in Study.objects.filter(version__gte=1)
    }


# --- What a page costs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [{}, {"set": "topic:sleep"}, {"from_": "2026-01-01"}])
def test_no_page_skips_rows_and_all_ask_equally_often(client, asked):
    for _ in range(13):
        published_study(topics=["sleep"], authors=["Adams, Ann"])
    tree, counts = ask(client, "ListRecords", **DC, **asked), []
    while token(tree):
        with CaptureQueriesContext(connection) as captured:
            tree = resume(client, tree, "ListRecords")
        counts.append(len(captured))
        assert [query["sql"] for query in captured if "OFFSET" in query["sql"].upper()] == []
    assert len(set(counts)) == 1
    assert counts[0] <= 9
