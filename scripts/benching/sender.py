"""A contributor's browser over HTTP: opens the form, sends it, opens the message again. Standard library alone."""

import http.client
import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_WORDS = re.compile(r'id="words">([^<]+)<')
FORM, MESSAGE = "/contribute/", "/my-contribution/"


def words_on(text: str) -> str:
    """The six words on the page of a receipt; empty where there are none."""
    found = _WORDS.search(text)
    return found[1] if found else ""


@dataclass(frozen=True)
class Reply:
    status: int
    text: str

    @property
    def words(self) -> str:
        """The six words of a receipt; empty where the page shows none."""
        return words_on(self.text) if self.status == 200 else ""


@dataclass
class Sender:
    """`address` goes as X-Forwarded-For, which counts where ATLAS_TRUSTED_PROXIES is 1."""

    port: int
    address: str = ""
    timeout: float = 60
    cookies: dict[str, str] = field(default_factory=dict)

    def form(self, kind: str = "other") -> dict[str, str]:
        """Open the form; its hidden values. Raises OSError or HTTPException where the server goes away."""
        return self._hidden(self.ask("GET", f"{FORM}?kind={kind}"))

    def send(self, values: dict[str, str], text: str) -> Reply:
        """Send the form; the same values again are a second press of the same button."""
        return self.ask("POST", FORM, values | {"step": "send", "text": text})

    def open(self, words: str) -> Reply:
        """The page behind these six words."""
        hidden = self._hidden(self.ask("GET", MESSAGE))
        answer = self.ask("POST", MESSAGE, hidden | {"words": words})
        return self.ask("GET", MESSAGE) if answer.status == 302 else answer

    def ask(self, method: str, path: str, values: dict[str, str] | None = None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers["X-Forwarded-For"] = self.address
        body = None
        if values is not None:
            body, headers["Content-Type"] = urlencode(values), "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, {name: value for name, value in headers.items() if value})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Reply(response.status, text)

    def _hidden(self, reply: Reply) -> dict[str, str]:
        if reply.status != 200:
            raise http.client.HTTPException(f"{reply.status} instead of a form")
        return {name: unescape(value) for name, value in _HIDDEN.findall(reply.text)}
