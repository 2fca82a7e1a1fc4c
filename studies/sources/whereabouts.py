"""Where a question may go: HTTPS, to hosts on a list, at addresses of the open internet. Pure.

A host name is looked up once and the connection is made to the address that was checked, so that a name which is made to
point into a private network between the check and the connection leads nowhere.
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from studies.sources.faults import OffLimits, Unreachable

Lookup = Callable[[str, int], list[str]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind IPv6
_OPEN = {4: ipaddress.ip_network("0.0.0.0/0"), 6: ipaddress.ip_network("2000::/3")}  # of IPv6 nothing else is given out


@dataclass(frozen=True)
class Place:
    """One checked address: `target` is path and query, `ip` where the host was found."""

    scheme: str
    host: str
    port: int
    target: str
    ip: str


def look_up(host: str, port: int) -> list[str]:
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def place_of(address: str, *, hosts: frozenset[str], loopback: bool, lookup: Lookup = look_up) -> Place:
    """Check an address. `loopback` lets this machine, and nothing else, be asked without HTTPS at any port.

    Raises OffLimits, or Unreachable where the host's name is not found. No message repeats the address.
    """
    if any(character <= " " or character > "~" for character in address):
        raise OffLimits("The address holds characters that no address has.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise OffLimits("The address cannot be read.") from None
    host = (parts.hostname or "").lower().rstrip(".")
    if host not in hosts or parts.username is not None or parts.password is not None:
        raise OffLimits(f"{host or 'An address without a host'} is not among the hosts that may be asked.")
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise OffLimits(f"{host} would be asked without HTTPS.")
    port = port or (443 if parts.scheme == "https" else 80)
    if not loopback and port != 443:
        raise OffLimits(f"{host} would be asked at port {port}.")
    ip = _checked(host, _found(host, port, lookup), plain=parts.scheme == "http", loopback=loopback)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port, target, ip)


def _found(host: str, port: int, lookup: Lookup) -> list[str]:
    try:
        return lookup(host, port)
    except OSError:
        raise Unreachable(f"The host {host} was not found.") from None


def _checked(host: str, found: list[str], *, plain: bool, loopback: bool) -> str:
    """The first of the host's addresses; one that may not be asked spoils them all."""
    if not found:
        raise Unreachable(f"The host {host} was not found.")
    for text in found:
        address = _inner(ipaddress.ip_address(text.partition("%")[0]))
        if address.is_loopback:
            allowed = loopback
        else:
            is_open = address.is_global and not address.is_multicast and not address.is_reserved
            allowed = not plain and is_open and address in _OPEN[address.version]
        if not allowed:
            raise OffLimits(f"{host} lies at {address}, an address that is not on the open internet.")
    return found[0]


def _inner(address: _Address) -> _Address:
    """The IPv4 address inside an IPv6 one, where there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    if address.teredo:
        return address.teredo[1]
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else address
