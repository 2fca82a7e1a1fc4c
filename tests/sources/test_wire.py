"""The connection is made to a checked address, and the certificate must be that of the host."""

import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from studies.sources.faults import Unreachable
from studies.sources.http import JSON
from studies.sources.wire import Wire
from tests.sources.asking import AGENT, client_for
from tests.sources.shelves import Shelves
from tests.sources.stub import Handler, Stub

HOST = "crossref.example"


def certificate(host, folder):
    """Path of a file with a key and a certificate for this host, signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / f"{host}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def secure_stub(path):
    """The stand-in over TLS with this certificate; `address` names HOST, which only the client's look-up knows."""
    stub = Stub(Shelves.filled(3))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("SecureHandler", (Handler,), {"stub": stub}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # clients that trust nobody hang up
    stub.address = f"https://{HOST}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def client_trusting(stub, path):
    client = client_for(stub)
    client.lookup = lambda host, port: ["127.0.0.1"]
    trust = partial(ssl.create_default_context, cafile=str(path)) if path else ssl.create_default_context
    client._wire = Wire(agent=AGENT, limits=client.limits, clock=client.clock, trust=trust)
    return client


def fetch(stub, trusted):
    doi = stub.shelves.papers[0].record.doi
    return client_trusting(stub, trusted).get("crossref", "works/" + doi.replace("/", "%2F"), kinds=JSON)


def test_host_is_named_though_its_address_is_asked(tmp_path):
    path = certificate(HOST, tmp_path)
    with secure_stub(path) as stub:
        fetch(stub, path)
        assert stub.asked[0].headers["Host"] == stub.address.removeprefix("https://")


def test_certificate_of_another_host_is_not_accepted(tmp_path):
    path = certificate("other.example", tmp_path)
    with secure_stub(path) as stub:
        with pytest.raises(
            Unreachable, match=r"^The connection to Crossref is not safe: its certificate was not accepted\.$"
        ):
            fetch(stub, path)
        assert stub.asked == []


def test_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path):
    with secure_stub(certificate(HOST, tmp_path)) as stub:
        with pytest.raises(Unreachable, match="certificate was not accepted"):
            fetch(stub, None)
        assert stub.asked == []
