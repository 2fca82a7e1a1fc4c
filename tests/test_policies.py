"""Policy pages: their text moves only with a new version, promises only what is so, and can be read."""

import re
from datetime import date

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.html import strip_tags

from atlas_site import pages
from atlas_site.checks import check_operator
from atlas_site.pages import POLICIES, Policy, recorded_hashes
from contributions import querysets, retention
from contributions.views import session
from tests.readability import longest_sentence, smog
from tests.studies.factories import CODED, TEXTS, published_study

SLUGS = sorted(POLICIES)
HARD_LIMIT = 11  # SMOG grade of a policy; other interface text aims at 9
INTERFACE_LIMIT = 9
LONGEST_SENTENCE = 30  # words


def misses_a_version(policy: Policy, recorded: dict[str, dict[str, str]]) -> bool:
    """Whether the text is not the one that was recorded for the newest version."""
    return recorded.get(policy.slug, {}).get(str(policy.newest.number)) != policy.text_hash()


@pytest.mark.parametrize("slug", SLUGS)
def test_policy_text_moves_only_with_a_new_version(slug):
    policy = POLICIES[slug]
    assert not misses_a_version(policy, recorded_hashes()), (
        f"The text of {slug} changed. Add an edition with a date to atlas_site/pages.py and the hash "
        f"{policy.text_hash()} under its number to atlas_site/policy_hashes.json."
    )


def test_a_moved_text_is_noticed(tmp_path, monkeypatch):
    policy = POLICIES["privacy"]
    text = (pages.TEXTS / "privacy.html").read_text(encoding="utf-8")
    (tmp_path / "privacy.html").write_text(text.replace("no cookies", "few cookies"), encoding="utf-8")
    monkeypatch.setattr(pages, "TEXTS", tmp_path)
    assert misses_a_version(policy, recorded_hashes())


@pytest.mark.parametrize("slug", SLUGS)
def test_every_version_has_its_hash_and_a_date(slug):
    numbers = [edition.number for edition in POLICIES[slug].editions]
    assert numbers == list(range(len(numbers), 0, -1))
    assert sorted(recorded_hashes()[slug]) == sorted(map(str, numbers))
    days = [edition.on for edition in POLICIES[slug].editions]
    assert days == sorted(days, reverse=True)
    assert days[-1] >= date(2026, 11, 26)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_policy_page_says_its_version(client, slug):
    newest = POLICIES[slug].newest
    page = client.get(f"/policies/{slug}/").content.decode()
    assert re.findall(r"<h1>(.*?)</h1>", page) == [POLICIES[slug].title]
    assert f"Version {newest.number}, <time" in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/about/", "/policies/editorial/"])
def test_one_person_is_admitted(client, settings, path):
    said = "One person runs this copy of the atlas."
    assert said not in client.get(path).content.decode()
    settings.ATLAS_ONE_PERSON = True
    assert said in client.get(path).content.decode()


@pytest.mark.django_db
def test_readers_get_no_cookie(client: Client):
    """What the privacy page says of every page a reader can open."""
    study = published_study(**TEXTS, **CODED, topics=["long-covid"])
    paths = ["/about/", "/changes/", "/definitions/", "/definitions/fukuda-1994/", "/pem/", "/retractions/", "/topics/"]
    paths += [f"/policies/{slug}/" for slug in SLUGS] + ["/topics/long-covid/"]
    paths += [f"/evidence/{study.slug}/{rest}" for rest in ("", "history/", "v/1/", "diff/1/1/")]
    answers = {path: client.get(path) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(paths, 200)
    assert [path for path, answer in answers.items() if answer.cookies] == []


def test_privacy_page_gives_the_clocks_of_the_code(settings):
    text = " ".join(strip_tags(render_to_string("pages/policies/privacy.html")).split())
    assert re.findall(r"(\d+) (days|minutes|years)", text) == [
        (str(querysets.BODY_DAYS), "days"),
        (str(querysets.CONTACT_DAYS), "days"),
        (str(querysets.SILENCE_DAYS), "days"),
        (str(querysets.QUARANTINE_DAYS), "days"),
        (str(settings.ATLAS_BACKUP_DAYS), "days"),
        (str(retention.EVENT_DAYS // 365), "years"),
        (str(session.IDLE_SECONDS // 60), "minutes"),
    ]


@pytest.mark.django_db
def test_form_sets_the_cookie_of_the_privacy_page_and_no_other(client):
    cookies = client.get("/contribute/?kind=other").cookies
    assert [(name, cookie["max-age"], cookie["expires"]) for name, cookie in cookies.items()] == [("csrftoken", "", "")]


@pytest.mark.django_db
def test_accessibility_page_gives_the_one_limit_of_time():
    text = strip_tags(render_to_string("pages/policies/accessibility.html"))
    assert re.findall(r"(\d+) minutes", text) == [str(session.IDLE_SECONDS // 60)]


@pytest.mark.django_db
def test_pages_load_nothing_from_elsewhere(client):
    """What the privacy page says browsers are told."""
    policy = client.get("/policies/privacy/")["Content-Security-Policy"]
    sources = {word for part in policy.split(";") for word in part.split()[1:]}
    assert sources <= {"'self'", "'none'", "data:"}
    assert client.get("/policies/privacy/")["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("one_person", [False, True])
def test_policies_can_be_read(slug, one_person):
    text = strip_tags(render_to_string(f"pages/policies/{slug}.html", {"one_person": one_person}))
    assert smog(text) <= HARD_LIMIT
    assert longest_sentence(text) <= LONGEST_SENTENCE


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/about/", "/pem/"])
def test_explaining_pages_can_be_read(client, path):
    main = client.get(path).content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    text = strip_tags(re.sub(r"</(p|li|dt|dd|h\d|td|th|caption)>", ". ", "<main" + main))
    assert smog(text) <= INTERFACE_LIMIT


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/about/", "/policies/privacy/"])
def test_page_says_who_runs_the_site_where_that_is_set(client, settings, address):
    settings.ATLAS_OPERATOR, settings.ATLAS_CONTACT = "", "atlas@example.org"
    assert "Who runs this site" not in client.get(address).content.decode()
    settings.ATLAS_OPERATOR = "Example <Society>, 1 Example Street"
    page = client.get(address).content.decode()
    assert (
        page.count(
            '<p>Example &lt;Society&gt;, 1 Example Street, <a href="mailto:atlas@example.org">atlas@example.org</a></p>'
        )
        == 1
    )


def test_public_server_is_told_to_say_who_runs_it(settings):
    settings.ATLAS_OPERATOR = ""
    assert [found.id for found in check_operator(None)] == ["atlas.W014"]
    settings.ATLAS_OPERATOR = "Example Society"
    assert check_operator(None) == []
