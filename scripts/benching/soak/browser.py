"""A browser without scripts over HTTP: it keeps cookies and a connection, fills in forms, and notes down what came back."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from scripts.benching.soak.notes import Notes

HOST = "atlas.example.org"
ORIGIN = f"https://{HOST}"
PATIENCE = 120  # seconds; a page that takes longer is a fault
KEPT = 3.0  # seconds for which an idle connection is used again; the server closes it after five
Values = dict[str, str | list[str]]


class BrokenPromise(Exception):
    """A page is not what the atlas promises; the message says which and how."""


@dataclass
class Form:
    """Address and values of one form of a page."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    path: str
    status: int
    text: str
    headers: http.client.HTTPMessage

    @property
    def etag(self) -> str:
        return self.headers.get("ETag", "")

    def forms(self) -> list[Form]:
        reader = _Forms()
        reader.feed(self.text)
        return reader.forms

    def form(self, *, holding: str = "", to: str = "") -> Form:
        """The form that has the field `holding`, or whose address ends with `to`. Raises BrokenPromise where there is none."""
        for form in self.forms():
            address = form.action.split("?")[0].split("#")[0]
            if (holding in form.values if holding else address.endswith(to)) and not address.endswith("/logout/"):
                return form
        raise BrokenPromise(f"no form {holding or to} on {self.path} ({self.status})")


class Browser:
    """`address` is where its requests seem to come from; the server trusts its proxy to say so."""

    def __init__(self, port: int, address: str, notes: Notes) -> None:
        self.address, self.notes = address, notes
        self._port, self._used = port, 0.0
        self._cookies: dict[str, str] = {}
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str, kind: str, *, etag: str = "") -> Page:
        return self._ask("GET", path, kind, {"If-None-Match": etag} if etag else {})

    def post(self, path: str, values: Values, kind: str) -> Page:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN, "Referer": f"{ORIGIN}{path}"}
        self.close()  # a request that changes something is never sent over a connection that may just have ended
        return self._ask("POST", path, kind, headers, urlencode(values, doseq=True))

    def _ask(self, method: str, path: str, kind: str, headers: dict[str, str], body: str | None = None) -> Page:
        """Ask, and note down how long it took until the whole answer was there, and its status."""
        told = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": self.address, **headers}
        if self._cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        started = time.perf_counter()
        response, text = self._answer(method, path, body, told)
        self._used = time.monotonic()
        self.notes.answered(kind, response.status, (time.perf_counter() - started) * 1000, path)
        self._keep(response.headers)
        return Page(path, response.status, text, response.headers)

    def _answer(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        """Over the kept connection; where the server ended that one meanwhile, once more over a new one, as browsers do."""
        is_kept = self._connection is not None
        try:
            return self._once(method, path, body, headers)
        except (ConnectionError, http.client.RemoteDisconnected):
            if not (is_kept and method == "GET"):
                raise
            self.close()
            self.notes.did("kept connection ended")
            return self._once(method, path, body, headers)

    def _once(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        connection = self._connected()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response, response.read().decode()

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None or time.monotonic() - self._used > KEPT:
            self.close()
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        return self._connection

    def _keep(self, headers: http.client.HTTPMessage) -> None:
        for line in headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def forget(self) -> None:
        """As if another person sat down: no cookies."""
        self._cookies = {}


def whole(page: Page) -> Page:
    """The page, which is complete. Raises BrokenPromise where it ends early or cannot be read."""
    kind = page.headers.get("Content-Type", "").partition(";")[0]
    if kind == "text/html" and page.text.rstrip()[-7:] != "</html>":
        raise BrokenPromise(f"{page.path} ends early")
    if kind.endswith("json"):
        json.loads(page.text)
    return page


class _Forms(HTMLParser):
    """The forms of a page with the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._inside = False
        self._area: tuple[str, list[str]] | None = None
        self._select: tuple[str, list[str], list[str]] | None = None  # name, chosen, the first of a list of one choice

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "form":
            self.forms.append(Form(found.get("action", "")))
            self._inside = True
        elif tag == "option" and self._select:
            self._option(self._select, found)
        elif self._inside and name and "disabled" not in found:
            self._field(tag, name, found)

    def _field(self, tag: str, name: str, found: dict[str, str]) -> None:
        if tag == "input":
            self._input(name, found)
        elif tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select = (name, [], ["many"] if "multiple" in found else [])

    def _input(self, name: str, found: dict[str, str]) -> None:
        kind = found.get("type", "text")
        if kind in {"submit", "button", "image", "file"} or (kind in {"checkbox", "radio"} and "checked" not in found):
            return
        self._add(name, found.get("value", "on" if kind == "checkbox" else ""))

    def _option(self, select: tuple[str, list[str], list[str]], found: dict[str, str]) -> None:
        _, chosen, first = select
        first.append(found.get("value", ""))
        if "selected" in found:
            chosen.append(found.get("value", ""))

    def _add(self, name: str, value: str) -> None:
        self.forms[-1].values.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._area:
            self._add(self._area[0], "".join(self._area[1]).removeprefix("\n"))
            self._area = None
        elif tag == "select" and self._select:
            name, chosen, first = self._select
            for value in chosen or ([first[0]] if first and first[0] != "many" else []):
                self._add(name, value)
            self._select = None
