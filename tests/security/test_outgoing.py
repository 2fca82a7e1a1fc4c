"""Requests that the atlas makes itself: one door, to few hosts, and to the address that was checked."""

import ast
import dataclasses
import ipaddress
from pathlib import Path

import pytest

from studies.sources.faults import OffLimits
from studies.sources.http import JSON
from studies.sources.whereabouts import place_of
from studies.sources.wire import Wire
from tests.running import ROOT
from tests.sources.asking import client_for
from tests.sources.stub import serving

HOST = "api.example.org"
# Modules by which a program reaches other machines.
REACHING = {"urllib3", "requests", "httpx", "aiohttp", "socket", "ftplib", "telnetlib", "smtplib", "xmlrpc", "asyncio"}
REACHING_PARTS = {"urllib.request", "http.client"}
ALLOWED = {
    "studies/sources/wire.py": {"urllib3"},  # asks
    "studies/sources/deadline.py": {"urllib3", "socket"},  # ends what takes too long
    "studies/sources/whereabouts.py": {"socket"},  # looks names up
    "atlas_site/breaker.py": {"socket"},  # shuts those of the database
}


def imported(path: Path) -> set[str]:
    source = path.read_text()
    if not any(name in source for name in REACHING | REACHING_PARTS):
        return set()
    tree = ast.walk(ast.parse(source))
    names = set()
    for node in tree:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name.split(".")[0] for name in names} & REACHING | names & REACHING_PARTS


def test_only_the_client_of_sources_reaches_other_machines():
    """Mail goes through Django; the checks of one's own mail server are told apart by their name."""
    files = [path for room in ("studies", "contributions", "atlas_site") for path in (ROOT / room).rglob("*.py")]
    found = {str(path.relative_to(ROOT)): names for path in files if (names := imported(path))}
    assert found == ALLOWED


def place(*found: str, address: str = f"https://{HOST}/"):
    return place_of(address, hosts=frozenset({HOST}), loopback=False, lookup=lambda host, port: list(found))


@pytest.mark.parametrize(
    "address",
    [
        "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://[::ffff:127.0.0.1]/",
        "https://127.0.0.1/", "https://localhost/", f"https://{HOST}%00.evil.example/", f"https://{HOST}%2eevil.example/",
        f"https://evil.example#@{HOST}/", f"https://evil.example?@{HOST}/", f"https://{HOST}:443@evil.example/",
        f"https:\\\\{HOST}/", f"https:/{HOST}/", f"https:{HOST}/", f"HTTP://{HOST}/", f"gopher://{HOST}/", f"file://{HOST}/etc",
        f"data://{HOST}/", f"https://{HOST}:22/", f"https://{HOST}:0x1bb/", f"https://{HOST}\t.evil.example/",
        f"https://{HOST}\x00/", "https://аpi.example.org/", "https://api。example。org/", "https://xn--pi-6kc.example.org/",
        "https://ａpi.example.org/", f"https://{HOST}..evil.example/", f"https://[{HOST}]/", "https://[v1.a]/",
    ],
)  # fmt: skip
def test_disguised_address_is_refused(address):
    with pytest.raises(OffLimits):
        place("93.184.216.34", address=address)


# The open internet has none of these: private, of this machine, of a link, for tests, for documents, translated to such.
PRIVATE = """127.0.0.2 127.255.255.254 10.255.255.255 172.16.0.1 172.31.255.255 192.168.255.255 169.254.0.1 100.127.255.255
    192.0.0.1 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 0.1.2.3 ::ffff:169.254.169.254
    ::ffff:192.168.0.1 ::127.0.0.1 ::10.0.0.1 64:ff9b::a00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:a9fe:a9fe::1 2002:c0a8:1::
    fd00::1 fe80::1 febf::1 fec0::1 ff0e::1 100::1 2001:db8::1 2001:2::1 2001:10::1""".split()


@pytest.mark.parametrize("ip", PRIVATE)
def test_name_that_leads_into_a_private_network_is_refused(ip):
    with pytest.raises(OffLimits):
        place(ip)


def test_name_is_looked_up_once_so_that_it_cannot_change_between_check_and_connection(monkeypatch):
    """A name whose answer is public at first and private afterwards: the connection goes to what was checked."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    reached = []
    with serving(number=1) as stub:
        client = client_for(stub)
        client.loopback = False
        client.lookup = lambda host, port: next(answers)
        client.services = {name: _public(service) for name, service in client.services.items()}
        client.__post_init__()
        monkeypatch.setattr(Wire, "_pool", lambda self, place: reached.append(place) or _Refusing())
        with pytest.raises(Stopped):
            client.get("crossref", "works/1", kinds=JSON)
        with pytest.raises(OffLimits, match="127\\.0\\.0\\.1, an address that is not on the open internet"):
            client.get("crossref", "works/1", kinds=JSON)
    assert [(place.host, place.ip) for place in reached] == [(HOST, "93.184.216.34")]


def _public(service):
    return dataclasses.replace(service, address=f"https://{HOST}/")


class _Refusing:
    def urlopen(self, *_, **__):
        raise Stopped


class Stopped(Exception):
    """Where the connection would be made."""


def test_connection_is_made_to_the_number_and_certified_for_the_name():
    """Nothing below looks the name up again: the pool gets the address, and TLS the name."""
    checked = place("93.184.216.34")
    with serving(number=1) as stub:
        pool = client_for(stub)._wire._pool(checked)
    assert (pool.host, pool.port, pool.assert_hostname) == ("93.184.216.34", 443, HOST)
    assert pool.conn_kw["server_hostname"] == HOST
    assert ipaddress.ip_address(pool.host).is_global


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://[::1]/", "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL", "https://2130706433/", "javascript:1", "https://user@169.254.169.254/",
    ],
)  # fmt: skip
def test_redirect_into_a_private_network_is_not_followed(target):
    with serving(number=1) as stub:
        path = "works/" + stub.shelves.papers[0].record.doi.replace("/", "%2F")
        stub.misbehave(f"redirect:{target}", always=True)
        with pytest.raises(OffLimits):
            client_for(stub).get("crossref", path, kinds=JSON)
        assert len(stub.asked) == 1
