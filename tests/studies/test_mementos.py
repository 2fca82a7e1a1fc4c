"""Versions of a study for programs: relations of RFC 5829 and RFC 7089, the timemap, the timegate."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import http_date

from studies import publishing
from studies.formats.link_header import Link, link_format
from studies.models import Revision, SlugRedirect, Study
from tests.append_only import lifted
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.test_oai import carry_out, withdraw

pytestmark = pytest.mark.django_db
HERE = "http://testserver/evidence/blood/"
FIRST = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
# RFC 5829 and RFC 7089; the page has other links too, for other readers.
OURS = {
    *("latest-version", "version-history", "predecessor-version", "successor-version"),
    *("original", "timegate", "timemap", "memento", "first", "last", "prev", "next", "self"),
}


@pytest.fixture
def study():
    """A study with three versions, each made a day after the one before."""
    study = published_study(**TEXTS, **CODED, slug="blood")
    for slug in ("blood-2", "blood"):
        publishing.rename(study=study, slug=slug, note="A better address.", by=make_user("lead"))
    dated(study)
    return study


def dated(study):
    """Give version n the time of the first plus n - 1 days."""
    with lifted():
        for revision in study.revisions.all():
            Revision.objects.filter(pk=revision.pk).update(made_at=FIRST + timedelta(days=revision.number - 1))
    Study.objects.filter(pk=study.pk).update(changed_at=FIRST + timedelta(days=study.version - 1))
    study.refresh_from_db()


def made(number):
    return http_date((FIRST + timedelta(days=number - 1)).timestamp())


def links(text, anchor=None):
    """(relation, target) to datetime, of the relations this page is about; one entry for each word of `rel`."""
    found = {}
    for target, rest in re.findall(r'<([^>]*)>((?:; ?[a-z]+="[^"]*")*)', text):
        told = dict(re.findall(r'([a-z]+)="([^"]*)"', rest))
        if told.get("anchor") == anchor:
            found |= {(rel, target): told.get("datetime") for rel in told["rel"].split() if rel in OURS}
    return found


def ways():
    return {
        ("version-history", f"{HERE}history/"): None,
        ("timegate", f"{HERE}timegate/"): None,
        ("timemap", f"{HERE}timemap/"): None,
    }


def test_study_page_names_its_versions(client, study):
    assert links(client.get("/evidence/blood/")["Link"]) == ways() | {
        ("latest-version", HERE): None,
        ("last", f"{HERE}v/3/"): made(3),
        ("memento", f"{HERE}v/3/"): made(3),
        ("predecessor-version", f"{HERE}v/2/"): None,
    }


def test_study_page_of_a_first_version_has_no_predecessor(client):
    study = published_study(slug="blood")
    dated(study)
    assert links(client.get("/evidence/blood/")["Link"]) == ways() | {
        ("latest-version", HERE): None,
        ("last", f"{HERE}v/1/"): made(1),
        ("memento", f"{HERE}v/1/"): made(1),
    }


def test_version_in_the_middle_names_all_around_it(client, study):
    page = client.get("/evidence/blood/v/2/")
    assert page["Memento-Datetime"] == made(2)
    assert links(page["Link"]) == ways() | {
        ("original", HERE): None,
        ("latest-version", HERE): None,
        **{(rel, f"{HERE}v/1/"): made(1) for rel in ("first", "prev", "predecessor-version", "memento")},
        **{(rel, f"{HERE}v/3/"): made(3) for rel in ("last", "next", "successor-version", "memento")},
    }


def test_versions_at_the_ends_have_one_neighbour(client, study):
    first, last = (client.get(f"/evidence/blood/v/{number}/") for number in (1, 3))
    assert (first["Memento-Datetime"], last["Memento-Datetime"]) == (made(1), made(3))
    relations = [sorted(rel for rel, target in links(page["Link"]) if "/v/" in target) for page in (first, last)]
    assert relations == [
        ["first", "last", *["memento"] * 3, "next", "successor-version"],
        ["first", "last", *["memento"] * 3, "predecessor-version", "prev"],
    ]


def test_history_says_of_what_it_is_the_history(client, study):
    page = client.get("/evidence/blood/history/")
    assert links(page["Link"]) == {("latest-version", HERE): None}
    assert links(page["Link"], anchor=HERE) == ways()


def test_timemap_lists_every_version_with_its_time(client, study):
    answer = client.get("/evidence/blood/timemap/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/link-format")
    assert answer.content.decode() == (
        f'<{HERE}>; rel="original",\n'
        f'<{HERE}timegate/>; rel="timegate",\n'
        f'<{HERE}timemap/>; rel="self"; type="application/link-format",\n'
        f'<{HERE}v/1/>; rel="first memento"; datetime="Wed, 04 Mar 2026 05:06:07 GMT",\n'
        f'<{HERE}v/2/>; rel="memento"; datetime="Thu, 05 Mar 2026 05:06:07 GMT",\n'
        f'<{HERE}v/3/>; rel="last memento"; datetime="Fri, 06 Mar 2026 05:06:07 GMT"\n'
    )


def test_timemap_of_one_version_names_it_first_and_last(client):
    dated(published_study(slug="blood"))
    assert client.get("/evidence/blood/timemap/").content.decode().count('rel="first last memento"') == 1


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (None, 3),
        (FIRST - timedelta(days=400), 1),
        (FIRST, 1),
        (FIRST + timedelta(days=1) - timedelta(seconds=1), 1),
        (FIRST + timedelta(days=1), 2),
        (FIRST + timedelta(hours=47), 2),
        (FIRST + timedelta(days=2), 3),
        (FIRST + timedelta(days=4000), 3),
    ],
)
def test_timegate_leads_to_the_version_of_a_date(client, study, asked, number):
    headers = {"accept-datetime": http_date(asked.timestamp())} if asked else {}
    answer = client.get("/evidence/blood/timegate/", headers=headers)
    assert (answer.status_code, answer["Location"]) == (302, f"/evidence/blood/v/{number}/")
    assert "accept-datetime" in answer["Vary"].lower().split(", ")
    assert links(answer["Link"]) == {("original", HERE): None, ("timemap", f"{HERE}timemap/"): None}
    assert "Memento-Datetime" not in answer


@pytest.mark.parametrize("asked", ["", "yesterday", "2026-03-04", "Wed, 99 Mar 2026 05:06:07 GMT"])
def test_timegate_refuses_a_time_that_nobody_can_read(client, study, asked):
    answer = client.get("/evidence/blood/timegate/", headers={"accept-datetime": asked})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")


@pytest.mark.parametrize("name", ["timemap", "timegate"])
def test_old_address_leads_to_the_new_one(client, study, name):
    assert SlugRedirect.objects.filter(slug="blood-2").exists()
    answer = client.get(f"/evidence/blood-2/{name}/")
    assert (answer.status_code, answer["Location"]) == (301, f"/evidence/blood/{name}/")


@pytest.mark.parametrize("name", ["timemap", "timegate"])
def test_draft_and_unknown_study_have_no_versions(client, name):
    make_study(slug="draft")
    assert client.get(f"/evidence/draft/{name}/").status_code == 404
    assert client.get(f"/evidence/nothing/{name}/").status_code == 404


@pytest.mark.parametrize("name", ["timemap", "timegate"])
def test_nothing_is_changed_here(client, study, name):
    assert client.post(f"/evidence/blood/{name}/").status_code == 405


def test_withdrawn_study_still_leads_to_its_versions(client, study):
    withdraw(study)
    study.refresh_from_db()
    dated(study)
    page = client.get("/evidence/blood/")
    assert page.status_code == 410
    assert links(page["Link"]) == ways() | {
        **{(rel, f"{HERE}v/4/"): made(4) for rel in ("last", "memento")},
        ("latest-version", f"{HERE}v/4/"): None,
        ("predecessor-version", f"{HERE}v/3/"): None,
    }
    assert ("latest-version", f"{HERE}v/4/") in links(client.get("/evidence/blood/v/2/")["Link"])
    assert client.get("/evidence/blood/timegate/")["Location"] == "/evidence/blood/v/4/"
    assert client.get("/evidence/blood/timemap/").content.count(b"memento") == 4


def test_merged_study_keeps_its_own_versions(client, study):
    target = published_study(slug="target")
    carry_out(publishing.merge(source=study, target=target, note="The same paper.", by=make_user("lead")))
    assert client.get("/evidence/blood/")["Location"] == "/evidence/target/"
    assert client.get("/evidence/blood/timegate/")["Location"] == "/evidence/blood/v/4/"


def test_links_cost_the_study_page_no_query_and_others_one_however_many_versions(client, study):
    def queries(path):
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code in {200, 302}
        return [each["sql"] for each in captured]

    paths = ("/evidence/blood/v/2/", "/evidence/blood/timemap/", "/evidence/blood/timegate/", "/evidence/blood/")
    few = [len(queries(path)) for path in paths]
    for number in range(6):
        publishing.rename(study=study, slug=f"b{number}", note="A better address.", by=make_user("lead"))
        publishing.rename(study=study, slug="blood", note="A better address.", by=make_user("lead"))
    assert [len(queries(path)) for path in paths] == few
    assert [sql for sql in queries("/evidence/blood/") if "studies_revision" in sql] == []
    assert few[1:3] == [2, 2]


def test_link_format_has_one_link_a_line():
    assert link_format([Link("https://a.example/", "original"), Link("https://b.example/", "self")]) == (
        '<https://a.example/>; rel="original",\n<https://b.example/>; rel="self"\n'
    )
