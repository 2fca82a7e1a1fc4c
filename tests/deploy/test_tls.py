"""The documented nginx as a tool for TLS sees it, with everything offered one by one, and the way to its certificate.

A second nginx, set up as nobody should, proves each time that what is refused was really offered.
"""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.test_nginx import HOST, NGINX, free_ports, written
from tests.servers import until

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")
# With a key for each connection that nobody has later, and with encryption that proves itself whole; strongest first.
STRONG = [
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
]  # fmt: skip
STRONG_13 = {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"}
ANY = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
V = ssl.TLSVersion
CHALLENGE = "/.well-known/acme-challenge/"


@dataclass
class Door:
    """A running nginx: its two ports, and the folder that certbot writes into."""

    plain: int
    secure: int
    html: Path


@contextmanager
def nginx(change: Callable[[str], str] = lambda text: text) -> Iterator[Door]:
    """The documented configuration with a certificate of each kind, for the length of a with block."""
    with tempfile.TemporaryDirectory(prefix="atlas-tls-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        door = Door(*free_ports(), folder / "html")
        (door.html / "private").mkdir(parents=True)
        file = written(folder, door.plain, door.secure)
        file.write_text(change(_with_rsa_too(file.read_text(), folder).replace("/var/www/html", str(door.html))))
        # What the machine's own OpenSSL forbids proves nothing about nginx.
        environment = os.environ | {"OPENSSL_CONF": "/dev/null"}
        words = [str(NGINX), "-c", str(file), "-e", f"{folder}/start.log"]
        process = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
        try:
            until(lambda: _answers(door.secure) and _answers(door.plain), "nginx to answer")
            yield door
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _answers(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return True


def _with_rsa_too(text: str, folder: Path) -> str:
    """certbot makes keys of either kind; clients choose the ciphers of theirs."""
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    pair = [folder / "rsa-cert.pem", folder / "rsa-key.pem"]
    subprocess.run([*words, "-out", pair[0], "-keyout", pair[1]], check=True, capture_output=True)
    first = f"ssl_certificate_key {folder}/key.pem;"
    assert first in text
    return text.replace(first, f"{first} ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]};")


def weak(text: str) -> str:
    """Every version and cipher, and tickets for coming back."""
    for line, instead in (
        ("ssl_protocols TLSv1.2 TLSv1.3;", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;"),
        ("ssl_ciphers ECDHE+AESGCM+AES256:ECDHE+CHACHA20:ECDHE+AESGCM+AES128;", f"ssl_ciphers {ANY};"),
        ("ssl_prefer_server_ciphers on;", ""),
        ("ssl_session_tickets off;", "ssl_session_tickets on;"),
    ):
        assert text.count(line) == 1, line
        text = text.replace(line, instead)
    return text


@pytest.fixture(scope="module")
def ours() -> Iterator[Door]:
    with nginx() as door:
        yield door


@pytest.fixture(scope="module")
def theirs() -> Iterator[Door]:
    with nginx(weak) as door:
        yield door


def offering(version: ssl.TLSVersion, ciphers: str = ANY) -> ssl.SSLContext:
    """What a client needs that offers this version alone, with these ciphers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that old versions are old is what this is about
        context.minimum_version = context.maximum_version = version
    context.set_ciphers(ciphers)
    return context


def agreed(door: Door, version: ssl.TLSVersion, ciphers: str = ANY) -> str | None:
    """The cipher on which both agree; None where nginx refuses."""
    try:
        with (
            socket.create_connection(("127.0.0.1", door.secure), timeout=60) as line,
            offering(version, ciphers).wrap_socket(line, server_hostname=HOST) as secured,
        ):
            assert secured.compression() is None
            return secured.cipher()[0]
    except (ssl.SSLError, ConnectionResetError):
        return None


def test_only_versions_1_2_and_1_3_are_spoken(ours, theirs):
    versions = (V.TLSv1, V.TLSv1_1, V.TLSv1_2, V.TLSv1_3)
    assert [agreed(ours, version) is not None for version in versions] == [False, False, True, True]
    assert [agreed(theirs, version) is not None for version in versions] == [True] * 4


def test_of_all_ciphers_only_the_strong_ones_are_taken(ours, theirs):
    every = [each["name"] for each in offering(V.TLSv1_2).get_ciphers() if not each["name"].startswith("TLS_")]
    assert len(every) > 60
    assert {name for name in every if agreed(ours, V.TLSv1_2, f"{name}:@SECLEVEL=0")} == set(STRONG)
    for name in ("AES128-SHA", "ECDHE-RSA-AES256-SHA384", "AES256-GCM-SHA384"):
        assert name in every
        assert agreed(theirs, V.TLSv1_2, f"{name}:@SECLEVEL=0") == name
    assert agreed(ours, V.TLSv1_3) in STRONG_13


def test_strongest_cipher_is_taken_in_whatever_order_they_are_offered(ours, theirs):
    offered = ":".join(reversed(STRONG))
    assert agreed(ours, V.TLSv1_2, offered) == STRONG[0]
    assert agreed(theirs, V.TLSv1_2, offered) == STRONG[-1]


def come_back(door: Door, version: ssl.TLSVersion) -> bool:
    """Whether a second connection is let in by what the first one was given."""
    context, given = offering(version), None
    for _ in range(2):
        with (
            socket.create_connection(("127.0.0.1", door.secure), timeout=60) as line,
            context.wrap_socket(line, server_hostname=HOST, session=given) as secured,
        ):
            secured.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            while secured.recv(4096):
                pass
            given, again = secured.session, secured.session_reused
    return again


@pytest.mark.parametrize("version", [V.TLSv1_2, V.TLSv1_3], ids=["1.2", "1.3"])
def test_no_ticket_lets_anybody_in_again(ours, theirs, version):
    """Its key would open old connections, and nginx keeps one as long as it runs."""
    assert (come_back(ours, version), come_back(theirs, version)) == (False, True)


# --- The certificate -------------------------------------------------------------------------------------------------------


def asked_plainly(door: Door, path: str) -> tuple[int, str | None, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", door.plain, timeout=60)
    line.request("GET", path, headers={"Host": HOST})
    answer = line.getresponse()
    found = answer.status, answer.getheader("Location"), answer.read()
    line.close()
    return found


def test_proof_for_the_authority_is_given_over_plain_http_and_all_else_leads_to_https(ours):
    """As certbot does it with --webroot: a file is written, fetched by the authority without HTTPS, and taken away."""
    folder = ours.html / CHALLENGE.strip("/")
    folder.mkdir(parents=True)
    (folder / "token-1").write_text("token-1.thumb-print")
    assert asked_plainly(ours, f"{CHALLENGE}token-1") == (200, None, b"token-1.thumb-print")
    (folder / "token-1").unlink()
    assert asked_plainly(ours, f"{CHALLENGE}token-1")[:2] == (404, None)
    (ours.html / "private" / "file").write_text("nothing for the authority")
    for path in ("/", "/evidence/?q=x", "/private/file", f"{CHALLENGE}../../private/file", "/.well-known/security.txt"):
        status, leads_to, _ = asked_plainly(ours, path)
        assert (status, leads_to) == (301, f"https://{HOST}{path}")


def test_without_a_certificate_nginx_says_so_and_does_not_start(tmp_path):
    """So the certificate comes first, as the document says."""
    file = written(tmp_path, *free_ports())
    words = [str(NGINX), "-t", "-c", str(file), "-e", f"{tmp_path}/start.log"]
    whole = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (whole.returncode, "test is successful" in whole.stderr) == (0, True)
    (tmp_path / "cert.pem").unlink()
    missing = subprocess.run(words, capture_output=True, text=True, check=False)
    assert missing.returncode == 1
    assert f'cannot load certificate "{tmp_path}/cert.pem"' in missing.stderr
