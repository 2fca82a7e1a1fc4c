"""Feeds: read by another's reader, stable names, changed only when the content changes, never a finding without its limit."""

import io
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import feedparser
import pytest
from django.conf import settings as configured
from django.contrib.auth.models import User

from studies import proposals, publishing
from studies.feeds import register
from studies.models import Proposal, Study
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.test_publishing import carry_out

pytestmark = pytest.mark.django_db


def atom(client, path: str) -> feedparser.FeedParserDict:
    """The feed as feedparser reads it; one that is not well formed fails."""
    read = feedparser.parse(io.BytesIO(client.get(path).content))
    assert not read.bozo, read.get("bozo_exception")
    return read


def items(client, path: str) -> list[dict]:
    return json.loads(client.get(path).content)["items"]


@pytest.fixture
def people() -> tuple[User, User]:
    return make_user("lead"), make_user("moderator")


def change(study: Study, people: tuple[User, User], **values: object) -> None:
    proposal: Proposal = proposals.propose(
        study=study, values=values, reason="correction", note="Read again.", by=people[0]
    )
    carry_out(proposal, people[1])


def every_feed() -> list[str]:
    alone = [f"/feeds/{name}" for name in register.ALONE]
    return [*alone, "/feeds/topics/sleep", "/feeds/definitions/fukuda-1994", "/feeds/pem/not_required"]


HOSTILE = 'A <b>title</b> & "more" ]]>'


@pytest.fixture
def atlas(people) -> Study:
    study = published_study(
        **TEXTS, **CODED, slug="whole", title=HOSTILE, topics=["sleep"], doi="10.1000/a<b>",
        authors=["Müller, Ana"], retraction_status="retracted",
    )  # fmt: skip
    change(study, people, volume="7")
    return study


@pytest.mark.parametrize("path", every_feed())
def test_feed_reader_reads_every_feed(client, atlas, path: str) -> None:
    read = atom(client, f"{path}.atom")
    told = json.loads(client.get(f"{path}.json").content)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert [entry.id for entry in read.entries] == [item["id"] for item in told["items"]]
    assert (len(read.entries), read.feed.id) == (1, read.feed.id.removesuffix(".atom"))
    assert {link.href for link in read.feed.links if link.rel == "self"} == {f"{configured.ATLAS_URL}{path}.atom"}


@pytest.mark.parametrize(
    "path", ["/feeds/new", "/feeds/changed", "/feeds/retractions", "/feeds/search", "/feeds/topics/sleep"]
)
def test_entry_says_retraction_badge_finding_and_limit(client, atlas, path: str) -> None:
    (entry,) = atom(client, f"{path}.atom").entries
    (item,) = items(client, f"{path}.json")
    for told in (entry.summary, item["content_text"]):
        places = [
            told.index(part) for part in ("RETRACTED", "PEM not required", atlas.key_point, atlas.main_limitation)
        ]
        assert places == sorted(places)
    assert entry.title.startswith("RETRACTED: A <b>title</b>") or entry.title.startswith("RETRACTED: A &lt;b&gt;")
    assert item["_atlas"]["main_limitation"] == atlas.main_limitation
    assert entry.rights == item["_atlas"]["rights"]


def test_entry_names_version_day_notices_and_samples(client, people) -> None:
    study = published_study(**TEXTS, **CODED, is_sample=True)
    change(study, people, flags=[{"kind": "safety", "reason": "It advises exercise.", "link": ""}])
    study.refresh_from_db()
    (item,) = items(client, "/feeds/changed.json")
    text = item["content_text"]
    assert text.endswith(f"The texts are samples, not reviewed. Version 2 of {study.changed_at.date()}.")
    assert text.index("It advises exercise.") < text.index(study.key_point)
    assert [flag["reason"] for flag in item["_atlas"]["flags"]] == ["It advises exercise."]
    assert item["_atlas"]["sample"] is True


def test_correction_tells_badge_and_limit_beside_old_findings(client, people) -> None:
    study = published_study(**TEXTS, **CODED)
    change(study, people, key_point="In this small study it did, and only there.")
    (item,) = items(client, "/feeds/corrections.json")
    assert item["content_text"].endswith(
        f"The study today: PEM not required. What it does not show: {study.main_limitation}"
    )
    assert {name: item["_atlas"][name] for name in ("pem", "retraction", "main_limitation", "sample")} == {
        "pem": "not_required", "retraction": "none", "main_limitation": study.main_limitation, "sample": False,
    }  # fmt: skip


def test_name_and_time_of_an_entry_change_only_with_its_content(client, people) -> None:
    study = published_study(slug="first")
    Study.objects.filter(pk=study.pk).update(changed_at=datetime(2025, 1, 1, tzinfo=UTC))
    before = atom(client, "/feeds/new.atom").entries[0]
    published_study(slug="other")
    again = next(entry for entry in atom(client, "/feeds/new.atom").entries if entry.link == before.link)
    assert (again.id, again.updated) == (before.id, before.updated)
    study.refresh_from_db()
    change(study, people, title="A better title")
    publishing.rename(study=study, slug="renamed", note="The old one was wrong.", by=people[0])
    after = next(entry for entry in atom(client, "/feeds/new.atom").entries if entry.id == before.id)
    assert (after.updated > before.updated, after.link) == (True, f"{configured.ATLAS_URL}/evidence/renamed/")


def test_search_feed_holds_what_the_list_shows(client) -> None:
    for slug, design in (("a", "cohort"), ("b", "cohort"), ("c", "qualitative")):
        published_study(slug=slug, design=design, title=f"Sleep study {slug}")
    published_study(slug="d", design="cohort", title="Muscles")
    query = urlencode({"q": "sleep", "design": "cohort", "nonsense": "x", "page": "9"})
    told = json.loads(client.get(f"/feeds/search.json?{query}").content)
    assert {item["url"].rstrip("/").rpartition("/")[2] for item in told["items"]} == {"a", "b"}
    assert told["home_page_url"] == f"{configured.ATLAS_URL}/evidence/?q=sleep&design=cohort"
    read = atom(client, f"/feeds/search.atom?{query}")
    assert read.feed.id.endswith("search?q=sleep&design=cohort")


def test_same_search_in_another_spelling_is_the_same_feed(client) -> None:
    first = atom(client, "/feeds/search.atom?design=cohort&q=sleep").feed.id
    assert atom(client, "/feeds/search.atom?q=sleep&design=cohort&page=2").feed.id == first


def test_corrections_say_what_each_field_was_and_is(client, people) -> None:
    study = published_study(slug="one", title="Old title", volume="1")
    change(study, people, title="New title", volume="")
    study.refresh_from_db()
    change(study, people, title="Newest title")
    newest, older = items(client, "/feeds/corrections.json")
    assert newest["_atlas"]["changes"] == [{"field": "title", "old": "New title", "new": "Newest title"}]
    assert older["_atlas"]["changes"] == [
        {"field": "title", "old": "Old title", "new": "New title"},
        {"field": "volume", "old": "1", "new": None},
    ]
    assert older["content_text"].endswith(
        "Title: before “Old title”, now “New title”. Volume: before “1”, now nothing. The study today: PEM not yet assessed."
    )
    assert (older["url"], "CC0" in older["_atlas"]["rights"]) == (
        f"{configured.ATLAS_URL}/evidence/one/diff/1/2/",
        True,
    )


def test_removed_value_is_not_in_the_corrections(client, people) -> None:
    study = published_study(slug="one", title="Jane Doe of Leeds")
    change(study, people, title="A patient")
    carry_out(
        publishing.redact(revision=study.revisions.get(number=1), field="title", note="names a patient", by=people[0]),
        people[1],
    )
    texts = (
        client.get("/feeds/corrections.json").content.decode() + client.get("/feeds/corrections.atom").content.decode()
    )
    assert ("Jane Doe" in texts, "a value that was removed" in texts) == (False, True)


def test_corrections_go_on_in_older_parts(client, people, monkeypatch) -> None:
    monkeypatch.setattr(register, "SIZE", 2)
    study = published_study(slug="one")
    for number in range(5):
        study.refresh_from_db()
        change(study, people, volume=str(number))
    seen, path = [], "/feeds/corrections.json"
    while path:
        told = json.loads(client.get(path).content)
        seen += [item["_atlas"]["version"] for item in told["items"]]
        path = told.get("next_url", "").removeprefix(configured.ATLAS_URL)
    assert seen == [6, 5, 4, 3, 2]
    (following,) = [link.href for link in atom(client, "/feeds/corrections.atom").feed.links if link.rel == "next"]
    assert following.endswith("/feeds/corrections.atom?before=5")


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "", "٣"])
def test_odd_part_of_the_corrections_begins_at_the_newest(client, people, before: str) -> None:
    change(published_study(), people, volume="7")
    assert len(items(client, f"/feeds/corrections.json?before={before}")) == 1


def test_withdrawn_and_unpublished_studies_stand_in_no_feed_of_studies(client, people) -> None:
    make_study(title="Draft")
    gone = published_study(slug="gone")
    carry_out(publishing.withdraw(study=gone, reason="other", note="Why.", by=people[0]), people[1])
    told = {name: items(client, f"/feeds/{name}.json") for name in register.ALONE if name != "corrections"}
    assert {name: len(found) for name, found in told.items()} == dict.fromkeys(told, 0)
    assert [item["_atlas"]["kind"] for item in items(client, "/feeds/corrections.json")] == ["withdraw"]


@pytest.mark.parametrize("suffix", ["atom", "json"])
def test_reader_who_knows_the_state_is_told_that_nothing_changed(
    client, suffix: str, django_assert_max_num_queries
) -> None:
    study = published_study()
    answer = client.get(f"/feeds/new.{suffix}")
    assert (answer["Cache-Control"], dict(answer.cookies)) == ("public, max-age=600", {})
    with django_assert_max_num_queries(1):
        assert client.get(f"/feeds/new.{suffix}", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    change(study, (make_user("lead"), make_user("editor")), volume="8")
    assert client.get(f"/feeds/new.{suffix}", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/none.atom",
        "/feeds/new.rss",
        "/feeds/topics/none.atom",
        "/feeds/definitions/none.json",
        "/feeds/pem/none.atom",
        "/feeds/x/y.atom",
    ],
)
def test_unknown_feed_is_not_found(client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_feeds_ask_as_often_for_one_as_for_thirty(client, people, django_assert_max_num_queries) -> None:
    """The second change of each stands in the feeds of changes."""
    for number in range(30):
        study = published_study(**CODED, topics=["sleep"], authors=["Berg, Eva"], retraction_status="corrected")
        change(study, people, volume="7")
        if number not in (0, 29):
            continue
        client.get("/feeds/new.json")
        for path in every_feed():
            with django_assert_max_num_queries(7):
                told = items(client, f"{path}.json?again={number}")
            assert len(told) == number + 1


def test_pages_name_their_feeds(client, atlas) -> None:
    paths = {
        "/": "/feeds/new.atom",
        "/changes/": "/feeds/corrections.atom",
        "/retractions/": "/feeds/retractions.atom",
        "/topics/sleep/": "/feeds/topics/sleep.atom",
        "/definitions/fukuda-1994/": "/feeds/definitions/fukuda-1994.atom",
        "/evidence/?q=sleep": "/feeds/search.atom?q=sleep",
    }
    for path, feed in paths.items():
        page = client.get(path).content.decode()
        assert 'type="application/atom+xml" title="' in page and f'href="{feed}"' in page, path


def test_list_of_feeds_leads_to_feeds(client, atlas) -> None:
    page = client.get("/feeds/").content.decode()
    links = [part.partition('"')[0] for part in page.split('href="/feeds/')[1:]]
    assert {link: client.get(f"/feeds/{link}").status_code for link in links} == dict.fromkeys(links, 200)
    assert len(links) > 20
