"""The mail server of scripts/try_install: it takes a mail as a real one does, and none without TLS."""

import smtplib
import ssl
import threading

import pytest

from scripts.trying import mailbox
from tests.sources.test_wire import certificate


@pytest.fixture
def server(tmp_path):
    (tmp_path / "mails").mkdir()
    pair = str(certificate("localhost", tmp_path))
    with mailbox.served(0, str(tmp_path / "mails"), pair, pair) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_mail_is_kept_as_it_was_sent(server, tmp_path):
    with smtplib.SMTP("localhost", server.server_address[1]) as talk:
        talk.starttls(context=ssl.create_default_context(cafile=str(tmp_path / "localhost.pem")))
        talk.login("user", "password")
        talk.sendmail("a@example.org", ["b@example.org"], "To: b@example.org\r\n\r\none\r\n.two\r\n")
    (kept,) = server.folder.iterdir()
    assert kept.read_bytes() == b"To: b@example.org\r\n\r\none\r\n.two\r\n"


def test_mail_without_tls_is_not_taken(server):
    with smtplib.SMTP("localhost", server.server_address[1]) as talk, pytest.raises(smtplib.SMTPSenderRefused):
        talk.sendmail("a@example.org", ["b@example.org"], "text")
    assert list(server.folder.iterdir()) == []
