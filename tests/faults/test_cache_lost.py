"""The cache is emptied or goes away in the middle: pages, forms and programs go on, and who is signed in stays so."""

import logging

import pytest
from django.core.cache import caches

from contributions.models import Contribution
from tests.contributions.pages import form_of, send_form
from tests.signing_in import sign_in
from tests.studies.factories import make_user, published_study

pytestmark = pytest.mark.django_db
API = "/api/v1/studies"


@pytest.fixture
def folder(settings, tmp_path):
    """Every cache is a folder of files, which can be emptied or taken away under it."""
    there = tmp_path / "cache"
    files = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(there)}
    settings.CACHES = {name: files | {"KEY_PREFIX": name} for name in settings.CACHES}
    caches["default"].set("warm", 1)
    assert there.is_dir()
    return there


def take_away(folder):
    """A file where the folder was: neither reading nor writing is possible, for root either."""
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()
    folder.touch()


def test_emptied_cache_is_filled_again_and_signs_nobody_out(client, folder):
    sign_in(client, make_user("moderator"))
    assert client.get(API)["RateLimit-Limit"] == client.get(API)["RateLimit-Limit"]
    for cache in caches.all():
        cache.clear()
    assert (client.get("/admin/").status_code, client.get(API).status_code) == (200, 200)


def test_cache_that_is_away_stops_no_reader_contributor_program_or_moderator(client, folder, caplog):
    study = published_study()
    sign_in(client, make_user("moderator"))
    take_away(folder)
    with caplog.at_level(logging.WARNING):
        found = {path: client.get(path).status_code for path in ("/", study.get_absolute_url(), API, "/admin/")}
        form = form_of(client.get("/contribute/?kind=other"))
        sent = send_form(client, form, text="Table 2 says 41.")
    assert set(found.values()) == {200}, found
    assert (sent.status_code, Contribution.objects.count()) == (200, 1)
    assert "Table 2" not in caplog.text
    said = {record.getMessage() for record in caplog.records if record.name == "atlas_site.losable"}
    assert said <= {f"A cache does not answer ({kind})." for kind in ("FileExistsError", "NotADirectoryError")}
    assert said != set()


def test_programs_are_counted_again_when_the_cache_is_back(client, folder):
    take_away(folder)
    assert "RateLimit-Limit" not in client.get(API)
    folder.unlink()
    assert "RateLimit-Limit" in client.get(API)


def test_limits_of_contributors_are_in_the_database_and_hold_without_a_cache(client, folder, slowly):
    take_away(folder)
    found = [
        send_form(client, form_of(client.get("/contribute/?kind=other")), text=f"Text {n}").status_code
        for n in range(6)
    ]
    assert found == [200] * 5 + [429]
