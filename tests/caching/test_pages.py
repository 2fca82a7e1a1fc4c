"""Every public address: what is kept is what would be made, readers get their own, and a public write is seen at once."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import parse_http_date

from atlas_site.caching import keeping, middleware, words
from atlas_site.caching.views import KEPT, NOT_KEPT
from atlas_site.preferences import CHOICES, Look
from studies.models import CaseDefinition, Flag, GlossaryTerm, Guide, PublicState, Study, StudyLink, Topic
from tests.canary.crawling import public_views
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_user, published_study
from tests.studies.filling import send
from tests.studies.pages import change
from tests.studies.test_guides import make_guide, publish

pytestmark = pytest.mark.django_db

# One address or more of every view whose pages are kept; `{slug}` is the study's.
ADDRESSES = {
    "studies:home": ["/"],
    "studies:evidence": ["/evidence/", "/evidence/?q=blood", "/evidence/?pem=not_required&page=1"],
    "studies:study": ["/evidence/{slug}/", "/evidence/{slug}/?print=one-page", "/evidence/{slug}/?part=abstract"],
    "studies:history": ["/evidence/{slug}/history/"],
    "studies:version": ["/evidence/{slug}/v/1/"],
    "studies:difference": ["/evidence/{slug}/diff/1/2/"],
    "studies:definitions": ["/definitions/", "/definitions/?sort=-year"],
    "studies:definition": ["/definitions/fukuda-1994/"],
    "studies:pem": ["/pem/"],
    "studies:topics": ["/topics/"],
    "studies:topic": ["/topics/immunology/"],
    "studies:map": ["/map/"],
    "studies:retractions": ["/retractions/"],
    "studies:changes": ["/changes/"],
    "studies:guides": ["/guides/"],
    "studies:guide": ["/guides/what-is-pem/"],
    "studies:start": ["/start/"],
    "studies:start_path": ["/start/newly-ill/"],
    "studies:glossary": ["/glossary/"],
    "studies:questions": ["/questions/"],
    "studies:columns": ["/data/columns/"],
    "studies:feeds": ["/feeds/"],
    "studies:api": ["/api/v1/"],
    "studies:about": ["/about/"],
    "studies:policy": ["/policies/privacy/"],
}
# What is answered, whatever it is, and never kept.
OTHERS = [
    "/nowhere/", "/evidence/nobody-1999-nothing/", "/preferences/", "/reading-list/", "/contribute/", "/contribute/{slug}/",
    "/my-contribution/", "/figures/", "/data/", "/data/columns.csv", "/evidence/{slug}.ris", "/evidence/{slug}.txt",
    "/evidence.csv", "/feeds/changes.atom", "/oai/?verb=Identify", "/robots.txt", "/sitemap.xml", "/llms.txt", "/admin/",
    "/admin/login/", "/evidence/{slug}/timemap/", "/api/v1/openapi.json", "/opensearch.xml",
]  # fmt: skip
PATHS = [path for paths in ADDRESSES.values() for path in paths]
# Every table that a kept page reads; each moves the counter with what it holds (docs/caching.md).
TABLES = {
    "studies_abstract", "studies_author", "studies_authorresponse", "studies_casedefinition", "studies_flag",
    "studies_glossaryterm", "studies_guide", "studies_guiderevision", "studies_override", "studies_publicstate",
    "studies_revision", "studies_revisionapproval", "studies_revisionvalue", "studies_searchdocument",
    "studies_study", "studies_study_topics", "studies_studydefinition", "studies_studylink",
    "studies_textprovenance", "studies_topic",
}  # fmt: skip


@pytest.fixture
def study():
    found = published_study(**TEXTS, **CODED, topics=["immunology"], abstract="Blood was taken.", doi="10.1000/kept")
    change(found, patients=41)
    publish(make_guide())
    steps = [{"title": "PEM", "url": "/pem/", "note": "The idea."}, {"title": "Studies", "url": "/evidence/"}]
    publish(make_guide(kind="start", slug="newly-ill", title="Newly ill", steps=steps))
    publish(make_guide(kind="question", slug="is-it-real", title="Is it real?"))
    return found


def made_anew(settings, path: str, cookies: str = "") -> bytes:
    settings.ATLAS_PAGE_CACHE = False
    try:
        return Client().get(path, headers={"Cookie": cookies} if cookies else {}).content
    finally:
        settings.ATLAS_PAGE_CACHE = True


def test_every_public_view_is_kept_or_has_a_reason_not_to_be():
    assert KEPT & NOT_KEPT.keys() == set()
    assert KEPT | NOT_KEPT.keys() == public_views()
    assert set(ADDRESSES) == KEPT


def test_kept_page_is_what_would_be_made(client, study, settings, subtests):
    for path in PATHS:
        with subtests.test(path):
            compare(client, settings, path.format(slug=study.slug))


def compare(client: Client, settings, path: str) -> None:
    """Made, kept, made without the cache, and not made at all because it is known."""
    first, second = client.get(path), client.get(path)
    assert [answer[words.CACHE_HEADER] for answer in (first, second)] == [words.MISS, words.HIT]
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content == made_anew(settings, path)
    ours = set(first.headers) - {words.CACHE_HEADER}
    assert {name: second[name] for name in ours} == {name: first[name] for name in ours}
    assert first["Cache-Control"] == words.public(settings.ATLAS_CDN_SECONDS)
    assert "Set-Cookie" not in first.headers
    known = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control", "Content-Security-Policy", "X-Frame-Options"):
        assert known[name] == first[name], name


def test_kept_pages_read_no_table_that_changes_unseen(client, study):
    with CaptureQueriesContext(connection) as found:
        for path in PATHS:
            assert client.get(path.format(slug=study.slug)).status_code == 200
    tables = set(connection.introspection.table_names())
    read = {table for each in found for table in tables if f'"{table}"' in each["sql"]}
    assert (read - TABLES, "studies_study" in read) == (set(), True)


def test_others_are_made_each_time(client, study, subtests):
    for path in OTHERS:
        with subtests.test(path):
            answers = [client.get(path.format(slug=study.slug)) for _ in range(2)]
            assert [answer[words.CACHE_HEADER] for answer in answers] == [words.PASS] * 2
    assert keeping.all_kept() == []


# --- Each reader their own


@pytest.mark.parametrize("path", ["/", "/evidence/", "/evidence/{slug}/", "/pem/"])
def test_looks_and_languages_never_mix(study, settings, path):
    path = path.format(slug=study.slug)
    looks = ["", *(f"{name}-{value}" for name, values in CHOICES.items() for value in values[1:])]
    cookies = {look: f"look={look}" if look else "" for look in looks}
    anew = {look: made_anew(settings, path, cookies[look]) for look in looks}
    for _ in range(2):
        for look in looks:
            answer = Client().get(path, headers={"Cookie": cookies[look]} if look else {})
            assert answer.content == anew[look], look
            is_public = answer["Cache-Control"].startswith("public")
            assert (is_public, "Cookie" in answer["Vary"]) == (not look, True)
    assert len(set(anew.values())) > len(looks) / 2


def test_cookie_counts_in_its_valid_form_alone(client, study):
    told = [
        "size-large.theme-dim",
        "theme-dim.size-large",
        "theme-dim.size-large.x-y",
        "theme-dim.size-large.depth-short",
    ]
    tags = {client.get("/", headers={"Cookie": f"look={look}"})["ETag"] for look in told}
    assert (len(tags), len(keeping.all_kept())) == (1, 1)
    nonsense = client.get("/", headers={"Cookie": "look=nonsense; other=1"})
    assert nonsense["ETag"] == client.get("/")["ETag"]


def test_tags_of_addresses_and_looks_differ(client, study):
    looks = ["", *(Look(theme=theme).to_cookie() for theme in CHOICES["theme"][1:])]
    asked = [(path, look) for path in ("/", "/pem/", "/evidence/", "/evidence/?q=a") for look in looks]
    tags = {client.get(path, headers={"Cookie": f"look={look}"} if look else {})["ETag"] for path, look in asked}
    assert len(tags) == len(asked)


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "sessionid=abc"},
        {"Cookie": "look=theme-dim; sessionid=abc"},
        {"Authorization": "Bearer abc"},
        {"Cookie": "messages=x"},
    ],
)
def test_nothing_is_kept_for_or_given_to_whoever_is_known(client, study, headers):
    plain = client.get("/")
    assert len(keeping.all_kept()) == 1
    answers = [client.get("/", headers={**headers, "If-None-Match": plain["ETag"]}) for _ in range(2)]
    for answer in answers:
        assert (answer.status_code, answer[words.CACHE_HEADER]) == (200, words.PASS)
        assert answer["Cache-Control"].startswith("private")
        assert "ETag" not in answer.headers
    assert len(keeping.all_kept()) == 1


def test_nothing_is_kept_for_a_post_and_a_head_keeps_nothing(client, study):
    client.post("/pem/")
    head = client.head("/pem/")
    assert keeping.all_kept() == []
    page = client.get("/pem/")
    assert (head["ETag"], head["Cache-Control"], head.content) == (page["ETag"], page["Cache-Control"], b"")
    assert client.head("/pem/")[words.CACHE_HEADER] == words.HIT


def test_program_that_prefers_a_file_gets_the_file_and_a_reader_the_page(client, study):
    path = study.get_absolute_url()
    page = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    file = client.get(path, headers={"Accept": "application/json"})
    again = client.get(path)
    assert (page[words.CACHE_HEADER], file[words.CACHE_HEADER], again[words.CACHE_HEADER]) == ("miss", "pass", "hit")
    assert (file["Content-Type"], again.content) == ("application/json; charset=utf-8", page.content)
    assert client.get(path, headers={"Accept": "application/json"}).content[:1] == b"{"
    known = client.get(path, headers={"Accept": "application/json", "If-None-Match": page["ETag"]})
    assert (known.status_code, known["Content-Type"]) == (200, "application/json; charset=utf-8")


def test_files_of_a_study_may_be_kept_as_long_as_its_page(client, study, settings):
    for suffix in ("ris", "bib", "csl.json", "json", "txt", "md"):
        file = client.get(f"/evidence/{study.slug}.{suffix}")
        known = client.get(f"/evidence/{study.slug}.{suffix}", headers={"If-None-Match": file["ETag"]})
        assert known.status_code == 304
        assert file["Cache-Control"] == known["Cache-Control"] == words.public(settings.ATLAS_CDN_SECONDS)


def test_page_with_a_nonce_is_not_kept(client, study, settings):
    """No page has one today: a view that asks for it stands in for one that will."""
    settings.ROOT_URLCONF = "tests.caching.nonce_urls"
    answers = [client.get("/about/") for _ in range(2)]
    assert [answer[words.CACHE_HEADER] for answer in answers] == [words.PASS] * 2
    assert answers[0].content != answers[1].content


def test_setting_a_cookie_keeps_nothing(client, study, settings):
    settings.ROOT_URLCONF = "tests.caching.nonce_urls"
    assert client.get("/pem/")[words.CACHE_HEADER] == words.PASS
    assert client.get("/map/")[words.CACHE_HEADER] == words.PASS
    assert keeping.all_kept() == []


# --- Every public write is seen at once


def save_in_admin(model: str, pk: int, **typed: str) -> None:
    client = sign_in(Client(), make_user("editor", "lead"))
    answer = send(client, f"/admin/studies/{model}/{pk}/change/", holding=next(iter(typed)), **typed)
    assert answer.status_code == 302, answer.content


def revise(study: Study) -> None:
    change(study, key_point="Now it says something else.")


def flag(study: Study) -> None:
    change(study, rows=lambda: Flag.objects.create(study=study, kind="contested", reason="A word of doubt."))


def link(study: Study) -> None:
    other = published_study(title="Another paper about blood")
    change(study, rows=lambda: StudyLink.objects.create(source=study, target=other, type="comments_on"))


def retract(study: Study) -> None:
    change(study, retraction_status="retracted", retraction_on="2025-01-01")


def publish_another(study: Study) -> None:
    published_study(title="A paper that came just now")


def change_definition(study: Study) -> None:
    save_in_admin("casedefinition", CaseDefinition.objects.get(slug="fukuda-1994").pk, name="Fukuda, another name")


def change_topic(study: Study) -> None:
    save_in_admin("topic", Topic.objects.get(slug="immunology").pk, label="Another word for it")


def change_term(study: Study) -> None:
    term = GlossaryTerm.objects.order_by("term").first()
    save_in_admin("glossaryterm", term.pk, meaning="Another meaning.", note="It was wrong.")


def change_guide(study: Study) -> None:
    guide = Guide.objects.get(slug="what-is-pem")
    guide.glance = "Another answer."
    guide.save()
    publish(guide, note="Second version.")


CHANGES = [
    (revise, "/evidence/{slug}/"), (revise, "/changes/"), (revise, "/evidence/"), (flag, "/evidence/{slug}/"),
    (link, "/evidence/{slug}/"), (retract, "/retractions/"), (retract, "/evidence/{slug}/v/1/"),
    (publish_another, "/"), (publish_another, "/evidence/?q=paper"), (change_definition, "/definitions/fukuda-1994/"),
    (change_definition, "/evidence/{slug}/"), (change_topic, "/topics/"), (change_topic, "/topics/immunology/"),
    (change_term, "/glossary/"), (change_guide, "/guides/what-is-pem/"),
]  # fmt: skip


@pytest.mark.parametrize(("write", "path"), CHANGES)
def test_public_write_is_seen_at_once(client, study, settings, write, path):
    path = path.format(slug=study.slug)
    before = client.get(path)
    assert client.get(path).content == before.content
    write(study)
    after = client.get(path, headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, after[words.CACHE_HEADER]) == (200, words.MISS)
    assert after.content == made_anew(settings, path) != before.content
    assert after["ETag"] != before["ETag"]
    assert client.get(path).content == after.content


def test_last_modified_is_the_time_of_the_newest_public_write(client, study):
    for write in (revise, change_topic):
        write(study)
        moved = PublicState.objects.get().moved_at
        assert parse_http_date(client.get("/")["Last-Modified"]) == int(moved.timestamp())


def test_page_that_a_write_fell_into_is_neither_kept_nor_tagged(client, study, monkeypatch):
    """Between the reading of the state and the end of the page somebody publishes."""
    made = middleware.PageCacheMiddleware._made

    def with_a_write(self, *arguments):
        change(study, patients=50)
        return made(self, *arguments)

    monkeypatch.setattr(middleware.PageCacheMiddleware, "_made", with_a_write)
    answer = client.get("/evidence/")
    assert (answer.status_code, answer[words.CACHE_HEADER], "ETag" in answer.headers) == (200, words.PASS, False)
    assert keeping.all_kept() == []
