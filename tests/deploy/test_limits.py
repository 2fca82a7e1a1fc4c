"""Attacks on what comes in: bodies, lengths, parts, headers, addresses, methods and slowness, through nginx and past it.

Each is answered by a number between 400 and 499 with a page in words, and never by a fault; meanwhile others are served.
"""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.clock import PATIENCE
from tests.deploy.both import OF_THE_PROXY, Both, request
from tests.deploy.test_nginx import HOST, NGINX
from tests.replicas.webs import fields
from tests.running import short_folder
from tests.servers import until

pytestmark = [pytest.mark.full, pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")]
MEGABYTE = 1024 * 1024
WAYS = pytest.mark.parametrize("direct", [False, True], ids=["nginx", "gunicorn"])
FORM = "application/x-www-form-urlencoded"
GUARDS = ("X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Referrer-Policy")


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with short_folder("both") as folder:
        made = Both(folder)
        yield made
        made.stop()


@pytest.fixture(autouse=True)
def serving_after_it(both):
    """After each attack a reader is served by the process that was there before, and no fault of ours stands in the log."""
    worker = both.worker
    yield
    assert (both.ask("/about/").status, both.worker) == (200, worker)
    faults = re.compile(
        r"^.*(?: 5\d\d$|Error handling request|MemoryError|Worker exiting|WORKER TIMEOUT).*$", re.MULTILINE
    )
    assert faults.findall(both.log) == []


def text_of(length: int) -> bytes:
    """A form of exactly this length."""
    return b"text=" + b"x" * (length - 5)


def is_refused_in_words(answer) -> bool:
    return 400 <= answer.status < 500 and answer.heading != ""


# Bodies


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/preferences/", MEGABYTE), ("/contribute/", 2 * MEGABYTE), ("/my-contribution/add/", 2 * MEGABYTE)],
)
def test_body_as_long_as_is_allowed_reaches_the_atlas_and_one_byte_more_does_not(both, path, limit):
    allowed = both.ask(path, method="POST", body=text_of(limit))
    over = both.ask(path, method="POST", body=text_of(limit + 1))
    assert (allowed.is_of_the_atlas or allowed.status == 302, over.is_of_the_atlas) == (True, False)
    assert (over.status, over.heading) == (413, "This is too large")
    assert "copy it first. Then make it shorter, or send it in parts." in over.body
    assert [name for name in GUARDS if name not in over.headers] == []


@WAYS
@pytest.mark.parametrize("path", ["/contribute/", "/my-contribution/add/"])
def test_text_that_is_too_long_for_the_atlas_comes_back(both, path, direct):
    fits = both.ask(path, method="POST", body=text_of(MEGABYTE), direct=direct)
    assert (fits.status, "x" * (MEGABYTE - 5) in fits.body) == (403, True)  # its protection was missing
    over = both.ask(path, method="POST", body=text_of(MEGABYTE + 1), direct=direct)
    assert (over.status, over.heading) == (413, "Your text is too long")
    assert "x" * (MEGABYTE - 5) in over.body


def test_what_is_no_message_is_refused_in_words_by_whoever_sees_it_first(both):
    listed = both.ask("/reading-list/", method="POST", body=text_of(MEGABYTE + 1))
    assert (listed.status, listed.heading, listed.is_of_the_atlas) == (413, "This is too large", True)
    file = both.ask("/admin/login/", method="POST", body=text_of(21 * MEGABYTE + 1))
    assert (file.status, file.heading, file.is_of_the_atlas) == (413, "This is too large", False)


def chunked(body: bytes, size: int = 50_000) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + b"0\r\n\r\n"


def in_chunks(body: bytes, *, direct: bool) -> bytes:
    head = request("/contribute/", method="POST", direct=direct, Transfer_Encoding="chunked", Content_Type=FORM)
    return head + chunked(body)


def test_chunked_body_without_a_length_is_measured_while_it_comes(both):
    short = both.say(in_chunks(b"text=in+chunks", direct=False), direct=False)
    assert (short.status, "in chunks" in short.body) == (403, True)
    long = both.say(in_chunks(text_of(3 * MEGABYTE), direct=False), direct=False)
    assert (long.status, long.heading) == (413, "This is too large")


def test_chunked_body_past_nginx_is_no_form(both):
    """gunicorn tells Django no length, so that nothing of it is read as a form."""
    found = both.say(in_chunks(text_of(3 * MEGABYTE), direct=True), direct=True)
    assert (found.status, is_refused_in_words(found)) == (403, True)


@WAYS
def test_body_that_is_longer_than_it_says_is_cut_and_its_rest_is_no_request(both, direct):
    message = request("/contribute/", method="POST", body=b"text=ab", direct=direct, Connection="keep-alive")
    assert both.say(message + b"cdef\r\n\r\n", direct=direct).statuses == [403, 400]


@WAYS
def test_body_that_is_shorter_than_it_says_keeps_nobody_else_waiting(both, direct):
    with contextlib.ExitStack() as lines:
        for _ in range(6):  # of eight threads
            line = lines.enter_context(contextlib.closing(both.line(direct=direct)))
            line.sendall(request("/contribute/", method="POST", body=b"text=ab", direct=direct, Content_Length="900"))
        assert both.ask("/about/", direct=direct).status == 200


@WAYS
def test_many_large_bodies_at_once_take_no_memory_of_their_size(both, direct):
    Path(f"/proc/{both.worker}/clear_refs").write_text("5")  # the peak begins anew
    before, size = peak(both.worker), 20 * MEGABYTE
    paths = ["/contribute/", "/reading-list/", "/admin/login/", "/preferences/"]
    found: list[int] = []

    def send(path: str) -> None:
        found.append(both.ask(path, method="POST", body=text_of(size), direct=direct).status)

    threads = [threading.Thread(target=send, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    assert both.ask("/about/", direct=direct).status == 200
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(found) == [403, 413, 413, 413]  # the desk asks for its protection first
    assert peak(both.worker) - before < size  # of the four together


def peak(process: int) -> int:
    """The most memory that a process had, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) * 1024


# Parts and fields


def in_parts(count: int, *, files: bool = False, head: str = "") -> bytes:
    name = 'filename="a.txt"' if files else ""
    part = '--B\r\nContent-Disposition: form-data; name="f{}"; ' + name + "\r\n" + head + "\r\nx\r\n"
    return "".join(part.format(number) for number in range(count)).encode() + b"--B--\r\n"


PARTS = {
    "thousands of parts": in_parts(8_000),
    "hundreds of files": in_parts(200, files=True),
    "a part with a long head": in_parts(1, head="X-Long: " + "y" * 100_000 + "\r\n"),
    "a part with many heads": in_parts(1, head="X-Many: y\r\n" * 5_000),
    "a part of bytes that are no base64": in_parts(1, head="Content-Transfer-Encoding: base64\r\n"),
    "no part": b"x" * 1_000,
    "a part without an end": in_parts(1).removesuffix(b"--B--\r\n"),
}


@WAYS
@pytest.mark.parametrize("path", ["/contribute/", "/reading-list/", "/preferences/", "/admin/login/"])
def test_odd_parts_are_refused_in_words_or_answered(both, path, direct):
    for name, body in PARTS.items():
        kind = "multipart/form-data; boundary=B"
        answer = both.ask(path, method="POST", body=body, direct=direct, Content_Type=kind)
        assert answer.status < 500, (name, answer.status)
        assert answer.status < 400 or answer.heading, name
    if path != "/reading-list/":
        return
    many = both.ask(path, method="POST", body=PARTS["thousands of parts"], direct=direct, Content_Type=kind)
    assert (many.status, many.heading) == (400, "The request could not be read")


@WAYS
def test_very_many_fields_lose_no_text(both, direct):
    body = b"text=Table+2+says+41&" + b"&".join(b"f%d=" % number for number in range(80_000))
    answer = both.ask("/contribute/", method="POST", body=body, direct=direct)
    assert (answer.status, "Table 2 says 41" in answer.body) == (400, True)


# Headers, addresses, methods


def test_long_and_many_headers_are_taken_up_to_a_bound_and_then_refused_in_words(both):
    found = {size: both.ask("/about/", Cookie="a=" + "x" * size) for size in (12_000, 20_000)}
    assert {size: answer.status for size, answer in found.items()} == {12_000: 200, 20_000: 431}
    assert found[20_000].heading == "Your browser sends too much about itself"
    many = {f"X_Odd_{number}": "x" for number in range(500)}
    for count, status in ((80, 200), (500, 431)):
        assert both.ask("/contribute/", **dict(list(many.items())[:count])).status == status
    wide = both.ask("/about/", **{f"X_Wide_{number}": "x" * 12_000 for number in range(8)})
    assert (wide.status, wide.heading) == (431, "Your browser sends too much about itself")


def test_long_and_many_headers_are_refused_past_nginx_too(both):
    for headers in ({"Cookie": "a=" + "x" * 20_000}, {f"X_Odd_{number}": "x" for number in range(500)}):
        answer = both.ask("/about/", direct=True, **headers)
        assert (answer.status, answer.heading) == (431, "Request Header Fields Too Large")


@WAYS
def test_long_address_is_an_ordinary_page(both, direct):
    for path in ("/evidence/?q=" + "x" * 12_000, "/evidence/?" + "topic=x&" * 1_500, "/" + "x" * 12_000):
        assert both.ask(path, direct=direct).status in {200, 404}, path[:20]


def test_longer_address_is_refused_in_words(both):
    for path in ("/evidence/?q=" + "x" * 20_000, "/" + "x" * 1_000_000):
        answer = both.ask(path)
        assert (answer.status, answer.heading) == (414, "This address is too long")
    assert both.ask("/evidence/?q=" + "x" * 100_000, direct=True).status == 200


@WAYS
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "FOO", "get", "POST"])
def test_odd_method_is_refused_and_nothing_is_repeated(both, method, direct):
    for path in ("/about/", "/contribute/", "/admin/login/", "/api/v1/studies"):
        answer = both.ask(path, method=method, direct=direct, X_Secret="secret-word")
        assert answer.status == 405 or is_refused_in_words(answer), (path, answer.status)
        assert "secret-word" not in answer.body + str(answer.headers)


# Two servers that could read one message in two ways

HIDDEN = b"GET /hidden-request/ HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\nConnection: close\r\n\r\n"
SMUGGLED = {
    "length and chunks": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": b"Content-Length: 0\r\nContent-Length: 90\r\n\r\n" + HIDDEN,
    "lengths in one line": b"Content-Length: 0, 90\r\n\r\n" + HIDDEN,
    "length with a sign": b"Content-Length: +0\r\n\r\n" + HIDDEN,
    "length below zero": b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "length without end": b"Content-Length: " + b"9" * 400 + b"\r\n\r\n" + HIDDEN,
    "chunks that are none": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks and identity": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks after a tab": b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "space before the colon": b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "folded line": b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n" + HIDDEN,
    "chunk of no size": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + HIDDEN,
    "chunk of a large size": b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n\r\n" + HIDDEN,
    "two hosts": b"Host: elsewhere.example\r\n\r\n" + HIDDEN,
    "NUL in a header": b"X: a\0b\r\n\r\n" + HIDDEN,
}  # fmt: skip


@WAYS
@pytest.mark.parametrize("shape", SMUGGLED)
def test_message_that_can_be_read_in_two_ways_is_refused_and_ends_the_line(both, shape, direct):
    head = f"POST /contribute/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {FORM}\r\n".encode()
    answer = both.say(head + (OF_THE_PROXY if direct else b"") + SMUGGLED[shape], direct=direct)
    assert answer.statuses != []
    assert set(answer.statuses) <= {400, 403, 413, 501}, shape  # the hidden request would get 404
    assert "hidden-request" not in both.proxy.log


# Slowness

SLOW = 30  # lines of one address; one more has 32 at most
CUT_AFTER = 20  # seconds: client_header_timeout and client_body_timeout of nginx


class Drips:
    """Lines on which a byte comes now and then, or, once `is_silent`, none at all. `ended` is how long each line stayed open."""

    def __init__(self, both: Both, begin: bytes, *, sender: str, is_silent: bool = False) -> None:
        self.is_silent, self.ended, self.lines = is_silent, [], {}
        for _ in range(SLOW):
            began = time.monotonic()
            line = both.line(direct=False, sender=sender)
            line.sendall(begin)
            line.settimeout(0.01)
            self.lines[line] = began

    def drip(self) -> None:
        """One byte on each line; those that nginx ended are counted."""
        for line, began in list(self.lines.items()):
            if self._has_ended(line):
                self.ended.append(time.monotonic() - began)
                del self.lines[line]
                line.close()

    def _has_ended(self, line: socket.socket) -> bool:
        try:
            if not self.is_silent:
                line.sendall(b"x")
            return line.recv(1_000) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        for line in self.lines:
            line.close()


def contributes(both: Both) -> str:
    """Fill in the form and send it, as a browser does; the heading of the answer."""
    page = both.ask("/contribute/?kind=other")
    cookies = "; ".join(line.partition(";")[0] for line in page.headers.get_all("Set-Cookie"))
    filled = fields(page.body) | {"text": "Table 2 says 41.", "step": "send"}
    said = {"Cookie": cookies, "Origin": f"https://{HOST}", "Referer": f"https://{HOST}/contribute/"}
    return both.ask("/contribute/", method="POST", body=urlencode(filled).encode(), **said).heading


def test_slow_senders_keep_nobody_waiting_and_are_cut(both):
    """Thirty lines each with a slow head, a slow form and a form that stopped coming: readers and contributors go on.

    A form that comes slowly is not cut as long as some of it comes; it waits in nginx and keeps no thread.
    """
    head = f"GET /about/ HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode()
    form = request("/contribute/", method="POST", body=b"text=slow", Content_Length="100000")
    heads, forms = Drips(both, head, sender="127.0.0.2"), Drips(both, form, sender="127.0.0.3")
    stopped = Drips(both, form, sender="127.0.0.4", is_silent=True)
    with contextlib.closing(heads), contextlib.closing(forms), contextlib.closing(stopped):
        assert (both.ask("/about/").status, contributes(both)) == (200, "Your message has arrived")

        def all_cut() -> bool:
            for drips in (heads, forms, stopped):
                drips.drip()
            return not heads.lines and not stopped.lines

        until(all_cut, "nginx to cut the slow lines")
        assert min(heads.ended) > CUT_AFTER - 1
        assert min(stopped.ended) > CUT_AFTER - 1
        assert (both.ask("/about/").status, contributes(both)) == (200, "Your message has arrived")


def test_slow_readers_of_a_large_answer_keep_nobody_waiting(both):
    """Thirty who send a long text and read nothing of the page that gives it back: it waits in the buffers of nginx."""
    with contextlib.ExitStack() as lines:
        for _ in range(SLOW):
            line = lines.enter_context(contextlib.closing(both.line(direct=False, sender="127.0.0.5")))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            line.sendall(request("/contribute/", method="POST", body=b"text=" + b"'" * (MEGABYTE - 5)))
        assert (both.ask("/about/").status, contributes(both)) == (200, "Your message has arrived")


def test_one_address_has_only_so_many_forms_open(both):
    """What is over the bound is refused in words; pages are not counted."""
    form = request("/contribute/", method="POST", body=b"text=slow", Content_Length="100000")
    with contextlib.ExitStack() as lines:
        for _ in range(32):
            lines.enter_context(contextlib.closing(both.line(direct=False, sender="127.0.0.6"))).sendall(form)

        def asked(path: str) -> tuple[int, str]:
            answer = both.say(request(path), direct=False, sender="127.0.0.6")
            return answer.status, answer.heading

        until(lambda: asked("/contribute/") == (429, "Too much at once"), "the bound")
        assert asked("/about/")[0] == 200
        assert both.ask("/contribute/").status == 200  # from elsewhere
    until(lambda: asked("/contribute/")[0] == 200, "the lines to be gone")


def test_only_so_many_large_files_are_read_at_once(both):
    """So that their readers leave threads for pages. A request that is not whole yet counts like one that is answered slowly."""
    open_request = request("/data/2026-01-01/atlas.json.gz", method="POST", body=b"x", Content_Length="100")
    with contextlib.ExitStack() as lines:
        for _ in range(6):
            lines.enter_context(contextlib.closing(both.line(direct=False))).sendall(open_request)
        until(lambda: both.ask("/data/2026-01-01/other.gz").status == 429, "the bound")
        assert [both.ask(path).status for path in ("/data/", "/about/")] == [200, 200]
    until(lambda: both.ask("/data/2026-01-01/other.gz").status == 404, "the lines to be gone")
