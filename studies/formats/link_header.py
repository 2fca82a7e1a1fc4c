"""Web links as the HTTP header `Link` and the type `application/link-format` write them (RFC 8288, RFC 6690). Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ENDS_AN_ADDRESS = re.compile(r'[<>" \\^`{|}\x00-\x1f]')
_NOT_PRINTED_ASCII = re.compile("[^ -~]")


@dataclass(frozen=True)
class Link:
    """A typed link from a page, or from `anchor` where that is given. Addresses are complete and percent-encoded.

    `type` is a media type; `datetime` a date of HTTP (RFC 7089); `profile` an address that says more of the format.
    """

    target: str
    rel: str
    type: str = ""
    anchor: str = ""
    datetime: str = ""
    title: str = ""
    profile: str = ""

    def __str__(self) -> str:
        told = {name: getattr(self, name) for name in ("rel", "type", "anchor", "datetime", "title", "profile")}
        return f"<{_address(self.target)}>" + "".join(
            f'; {name}="{_address(value) if name == "anchor" else _quoted(value)}"'
            for name, value in told.items()
            if value
        )


def header(links: Iterable[Link]) -> str:
    """The value of one `Link` header."""
    return ", ".join(map(str, links))


def link_format(links: Iterable[Link]) -> str:
    """A document of the type `application/link-format`, one link a line."""
    return ",\n".join(map(str, links)) + "\n"


def _address(text: str) -> str:
    """What would end the address early is encoded."""
    return _ENDS_AN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", text)


def _quoted(text: str) -> str:
    """A header holds no line break, and an old reader no letters beyond ASCII."""
    return _NOT_PRINTED_ASCII.sub("?", text).replace("\\", "\\\\").replace('"', '\\"')
