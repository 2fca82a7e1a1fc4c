"""Where a question may go, and where it never goes."""

import pytest

from studies.sources.faults import OffLimits, Unreachable
from studies.sources.whereabouts import Place, place_of

HOSTS = frozenset({"api.example.org"})


def place(address, *, found=("93.184.216.34",), loopback=False):
    return place_of(address, hosts=HOSTS | {"localhost"}, loopback=loopback, lookup=lambda host, port: list(found))


def test_address_on_the_list_is_taken_apart():
    assert place("https://API.example.org./a/b?c=1#d") == Place(
        "https", "api.example.org", 443, "/a/b?c=1", "93.184.216.34"
    )
    assert place("https://api.example.org").target == "/"


@pytest.mark.parametrize(
    "address",
    [
        "http://api.example.org/",
        "ftp://api.example.org/",
        "https://api.example.org:8443/",
        "https://api.example.org.evil.example/",
        "https://evil.example/api.example.org",
        "https://user:word@api.example.org/",
        "https://api.example.org\\@evil.example/",
        "https://api.example.org@evil.example/",
        "https://[::1/",
        "https://api.example.org:99999/",
        "https://api.example.org/\r\nHost: evil",
        "https://äpi.example.org/",
        "//api.example.org/",
        "",
    ],
)
def test_other_addresses_are_refused(address):
    with pytest.raises(OffLimits):
        place(address)


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:0:0:0:0:80ff:fffe",
    ],
)  # fmt: skip
def test_host_inside_a_private_network_is_refused(ip):
    with pytest.raises(OffLimits, match="not on the open internet"):
        place("https://api.example.org/", found=[ip])


def test_one_private_address_among_public_ones_is_enough():
    with pytest.raises(OffLimits):
        place("https://api.example.org/", found=["93.184.216.34", "127.0.0.1"])


@pytest.mark.parametrize("ip", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_address_is_taken(ip):
    assert place("https://api.example.org/", found=[ip]).ip == ip


def test_this_machine_stands_in_only_where_that_is_allowed():
    assert place("http://localhost:8765/x", found=["127.0.0.1"], loopback=True) == Place(
        "http", "localhost", 8765, "/x", "127.0.0.1"
    )
    with pytest.raises(OffLimits):
        place("http://localhost:8765/x", found=["127.0.0.1"])
    with pytest.raises(OffLimits):
        place("http://localhost:8765/x", found=["93.184.216.34"], loopback=True)
    with pytest.raises(OffLimits):
        place("http://localhost:8765/x", found=["10.0.0.1"], loopback=True)


def test_unknown_host_is_unreachable():
    with pytest.raises(Unreachable, match=r"^The host api\.example\.org was not found\.$"):
        place("https://api.example.org/", found=[])
