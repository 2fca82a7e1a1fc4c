"""/.well-known/security.txt says where to report a weakness, as RFC 9116 asks."""

from datetime import UTC, datetime, timedelta

import pytest

from atlas_site import security_txt

ADDRESS = "/.well-known/security.txt"


@pytest.fixture
def reachable(settings):
    settings.ATLAS_CONTACT, settings.ATLAS_URL = "atlas@example.org", "https://atlas.example.org"


def fields(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines())


def test_names_contact_canonical_address_and_an_end_within_a_year(client, reachable):
    answer = client.get(ADDRESS)
    told = fields(answer.content.decode())
    end = datetime.strptime(told.pop("Expires"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert told == {
        "Contact": "mailto:atlas@example.org",
        "Preferred-Languages": "en",
        "Canonical": f"https://atlas.example.org{ADDRESS}",
    }
    assert timedelta(days=178) < end - datetime.now(UTC) < timedelta(days=365)
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "text/plain; charset=utf-8",
        "public, max-age=3600",
    )


def test_end_moves_on_each_day_and_not_within_one(reachable):
    at = datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC)
    text = security_txt.text_of("a@example.org", at)
    assert fields(text)["Expires"] == "2028-06-28T00:00:00Z"
    assert security_txt.text_of("a@example.org", at - timedelta(hours=23)) == text
    assert security_txt.text_of("a@example.org", at + timedelta(seconds=1)) != text


def test_without_a_contact_there_is_no_file(client, settings):
    settings.ATLAS_CONTACT = ""
    assert client.get(ADDRESS).status_code == 404


def test_only_reading_is_allowed(client, reachable):
    assert [client.post(ADDRESS).status_code, client.head(ADDRESS).status_code] == [405, 200]
