"""Lines to other machines are encrypted, or `check --deploy` says that they are not."""

from types import SimpleNamespace

import pytest

from atlas_site import checks

POSTGRES = {"ENGINE": "django.db.backends.postgresql"}


def told(monkeypatch, *, database=None, mail_host="localhost", tls=False) -> list[str]:
    said = {"DATABASES": {"default": POSTGRES | (database or {})}, "EMAIL_HOST": mail_host, "EMAIL_USE_TLS": tls}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(**said, EMAIL_USE_SSL=False))
    return [message.id for message in checks.check_lines(None)]


@pytest.mark.parametrize(
    ("host", "mode", "expected"),
    [
        ("/run/postgresql", "", []),
        ("", "", []),
        ("127.0.0.1", "", []),
        ("::1", "", []),
        ("db", "", []),
        ("db.example.org", "", ["atlas.W010"]),
        ("10.0.0.5", "", ["atlas.W010"]),
        ("fd00::5", "", ["atlas.W010"]),
        ("10.0.0.5", "require", ["atlas.W010"]),
        ("db.example.org", "verify-full", []),
        ("db.example.org", "verify-ca", []),
    ],
)
def test_database_elsewhere_needs_tls_with_a_checked_certificate(monkeypatch, host, mode, expected):
    assert told(monkeypatch, database={"HOST": host, "OPTIONS": {"sslmode": mode} if mode else {}}) == expected


@pytest.mark.parametrize(
    ("hosts", "expected"), [("/run/one,/run/two", []), ("localhost,db.example.org", ["atlas.W010"])]
)
def test_each_of_several_servers_needs_tls(monkeypatch, hosts, expected):
    """As an address for a failover names them: `postgres://atlas@/atlas?host=one,two`."""
    assert told(monkeypatch, database={"HOST": "", "OPTIONS": {"host": hosts}}) == expected


def test_mail_server_elsewhere_needs_tls(monkeypatch):
    assert told(monkeypatch, mail_host="mail.example.org") == ["atlas.W011"]
    assert told(monkeypatch, mail_host="mail.example.org", tls=True) == []
