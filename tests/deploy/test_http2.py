"""Attacks over HTTP/2 on the documented nginx: each ends within a bound of the file, and meanwhile readers are served."""

import contextlib
import http.client
import re
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clock import PATIENCE
from tests.deploy.frames import (
    CONTINUATION,
    DATA,
    END,
    HEADERS,
    PADDED,
    PING,
    PRIORITY,
    REFUSED,
    RESET,
    SETTINGS,
    WHOLE_HEAD,
    WINDOW,
    Http2Line,
    asking,
    field,
    frame,
    head,
    taking_back,
)
from tests.deploy.test_nginx import HOST, NGINX, Proxy, Upstream, running
from tests.servers import until

pytestmark = [pytest.mark.full, pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")]
AT_ONCE = 32  # http2_max_concurrent_streams, and limit_conn of forms
MEGABYTE = 1024 * 1024
MANY = {"worker_connections 64;": "worker_connections 768;"}  # as on Debian
# Bounds of time as short as a test may wait. Where the file sets none, a head may take an hour.
SOON = MANY | {
    "client_header_timeout 20s;": "client_header_timeout 3s;",
    "client_body_timeout 20s;": "client_body_timeout 3s;",
    "send_timeout 60s;": "send_timeout 3s;",
    "keepalive_timeout 75s;": "keepalive_timeout 3s;",
    "http { ": "http { client_header_timeout 1h; ",
}


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    """With the bounds of time as they are."""
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def brief() -> Iterator[Proxy]:
    with running(SOON) as found:
        yield found


@contextlib.contextmanager
def lines(proxy: Proxy, count: int = 1, **wishes: int) -> Iterator[list[Http2Line]]:
    with contextlib.ExitStack() as stack:
        made = (until(lambda: Http2Line(proxy.port, **wishes), "a line") for _ in range(count))
        yield [stack.enter_context(contextlib.closing(line)) for line in made]


def reads_over_http2(proxy: Proxy) -> bool:
    with lines(proxy) as (line,):
        line.send(asking(1, "/about/"))
        until(lambda: line.has_answer(1) or line.has_ended, "the answer")
        return line.status(1) == 200


def assert_readers_are_served(proxy: Proxy) -> None:
    until(lambda: reads_over_http2(proxy), "a page over HTTP/2")
    until(lambda: proxy.ask("/about/")[0].status == 200, "a page over HTTP/1.1")


def test_page_and_its_files_are_read_on_one_line(proxy):
    with lines(proxy) as (line,):
        line.send(asking(1, "/evidence/"), asking(3, "/static/atlas.0123456789ab.css"), asking(5, "/static/none"))
        until(lambda: all(line.has_answer(stream) for stream in (1, 3, 5)), "the answers")
        until(lambda: line.listen() or line.of(3, DATA), "the file")
        assert [line.status(stream) for stream in (1, 3, 5)] == [200, 200, 404]
        assert (b"".join(line.of(3, DATA)), line.is_over) == (b"body{}", False)


# Slowness

UNFINISHED = frame(HEADERS, END, 1, head("/evidence/"))  # more is to come
FORM = frame(HEADERS, WHOLE_HEAD, 1, head("/contribute/", "POST", content_length="1000"))
NOTHING, PINGED = b"", frame(PING, 0, 0, b"12345678")


def assert_all_end(proxy: Proxy, shapes: list[tuple[bytes, bytes]], **wishes: int) -> None:
    """Eight lines of each shape: what is said on it at first, and then now and then. Readers go on, and all lines end."""
    with lines(proxy, 8 * len(shapes), **wishes) as found:
        dripping = list(zip(found, shapes * 8, strict=True))
        for line, (begin, _) in dripping:
            line.send(begin)
        assert_readers_are_served(proxy)

        def all_ended() -> bool:
            for line, (_, drop) in dripping:
                if not line.has_ended:
                    line.send(drop)
                    line.listen()
            return all(line.has_ended for line in found)

        until(all_ended, "nginx to end the slow lines")
    assert_readers_are_served(proxy)


def test_heads_that_do_not_end_are_cut(brief):
    """However much of them still comes: nothing, fields, empty frames, or other frames in vain."""
    more, empty = frame(CONTINUATION, 0, 1, field("x-slow", "x")), frame(CONTINUATION, 0, 1)
    part_of_a_frame = UNFINISHED[:20]
    assert_all_end(brief, [(UNFINISHED, NOTHING), (UNFINISHED, more), (UNFINISHED, empty), (part_of_a_frame, NOTHING)])


def test_forms_that_stop_are_cut(brief):
    empty = frame(DATA, 0, 1)
    assert_all_end(brief, [(FORM, NOTHING), (FORM, empty), (FORM, PINGED), (FORM + frame(DATA, 0, 1, b"t"), NOTHING)])


def test_readers_who_take_nothing_of_an_answer_are_cut(brief):
    """They said that they take no byte unasked, and ask for none."""
    assert_all_end(brief, [(asking(1, "/kept/"), NOTHING), (asking(1, "/kept/"), PINGED)], window=0)


def test_lines_on_which_nothing_is_asked_are_ended(brief):
    assert_all_end(brief, [(NOTHING, NOTHING), (NOTHING, PINGED), (asking(1, "/about/"), PINGED)])


def test_heads_that_do_not_end_are_cut_where_https_is_told_too(brief):
    (port,) = re.findall(r"listen 127\.0\.0\.1:(\d+);", (brief.folder / "nginx.conf").read_text())
    link = http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE)
    with contextlib.closing(link):
        link.connect()
        link.sock.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode())
        with contextlib.suppress(ConnectionError):
            assert link.sock.recv(1_000) == b""


def test_lines_without_a_request_make_room_for_readers():
    """More of them than nginx has lines, from one address."""
    with running() as proxy, lines(proxy, 100) as found:
        assert_readers_are_served(proxy)
        for line in found:
            line.listen()
        assert sum(not line.has_ended for line in found) < 64  # worker_connections


# Many requests on one line


def take_back(proxy: Proxy, line: Http2Line, path: str, count: int) -> None:
    """Ask and take it back, one request after the other, each as soon as it reached the atlas or was answered."""
    for stream in range(1, 2 * count, 2):
        before = len(proxy.asked)
        line.send(asking(stream, f"{path}?{id(line)}-{stream}"))
        until(lambda stream=stream, before=before: len(proxy.asked) > before or line.has_answer(stream), "the request")
        line.send(taking_back(stream))


def test_only_so_many_pages_are_made_at_once_for_one_line():
    """For those that were taken back as well, as long as the atlas is at work on them (CVE-2023-44487)."""
    with running(MANY) as proxy, lines(proxy) as (line,):
        take_back(proxy, line, "/silent/", AT_ONCE + 8)
        assert len(proxy.asked) == AT_ONCE
        refused = [line.of(stream, RESET) for stream in range(2 * AT_ONCE + 1, 2 * (AT_ONCE + 8), 2)]
        assert refused == [[struct.pack(">I", REFUSED)]] * 8
        assert_readers_are_served(proxy)


def test_form_that_was_taken_back_counts_as_open_until_it_is_answered():
    """On however many lines one address has."""
    with running(MANY) as proxy, lines(proxy, 4) as found:
        for line in found:
            take_back(proxy, line, "/contribute/silent/", 10)
        assert len(proxy.asked) == AT_ONCE
        assert [found[-1].status(stream) for stream in (5, 7, 19)] == [429] * 3
        assert_readers_are_served(proxy)


def test_flood_of_requests_that_are_taken_back_ends_its_line():
    with running(MANY) as proxy, lines(proxy) as (line,):
        for block in range(1_000):
            first = 1 + 128 * block
            line.send(*(asking(n, f"/silent/?{n}") + taking_back(n) for n in range(first, first + 128, 2)))
            line.listen()
            if line.is_over:
                break
        assert line.is_over
        assert len(proxy.asked) <= AT_ONCE
        assert_readers_are_served(proxy)


def test_line_ends_after_so_many_requests():
    with running({"keepalive_requests 1000;": "keepalive_requests 5;"}) as proxy, lines(proxy) as (line,):
        for stream in range(1, 20, 2):
            line.send(asking(stream, "/about/"))
            until(lambda stream=stream: line.has_answer(stream) or line.is_over, "the answer")
        assert line.is_over
        assert line.status(11) is None
        assert reads_over_http2(proxy)


def test_reader_who_leaves_a_large_file_frees_its_place_at_once(monkeypatch):
    """On its line other files go on, so that the line itself does not end."""
    left = threading.Event()

    def send_without_end(handler: Upstream) -> None:
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(b"x" * 65_536)
        left.set()

    with running({"send_timeout 60s;": "send_timeout 1h;"}) as proxy, lines(proxy) as (line,):
        monkeypatch.setattr(Upstream, "do_GET", send_without_end)
        line.send(asking(1, "/data/2026-01-01/atlas.json.gz"))
        until(lambda: line.has_answer(1), "the file to begin")
        line.send(taking_back(1))
        assert left.wait(PATIENCE)
        assert not line.is_over


# Floods of frames

FLOODS = {
    "pings": (NOTHING, PINGED),
    "settings": (NOTHING, frame(SETTINGS, 0, 0)),
    "long settings": (NOTHING, frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 5) * 1_000)),
    "priorities": (NOTHING, frame(PRIORITY, 0, 3, struct.pack(">IB", 0, 5))),
    "wishes for more": (NOTHING, frame(WINDOW, 0, 0, struct.pack(">I", 1))),
    "resets of what is over": (asking(1, "/about/"), taking_back(1)),
    "frames of no kind": (NOTHING, frame(77, 0, 0, b"x" * 1_000)),
    "continued heads": (UNFINISHED, frame(CONTINUATION, 0, 1, field("x-more", "x"))),  # as CVE-2024-27316
    "long continued heads": (UNFINISHED, frame(CONTINUATION, 0, 1, field("x-more", "x" * 4_000))),
    "empty continued heads": (UNFINISHED, frame(CONTINUATION, 0, 1)),
    "empty pieces of a form": (FORM, frame(DATA, 0, 1)),
    "padding": (FORM, frame(DATA, PADDED, 1, b"\xff" + bytes(255))),
}


@pytest.mark.parametrize("name", FLOODS)
def test_flood_of_frames_ends_its_line(proxy, name):
    """At latest when eight megabytes came of which nothing was a head or a body, as nginx counts it."""
    begin, piece = FLOODS[name]
    block = piece * max(1, 65_536 // len(piece))
    with lines(proxy) as (line,):
        line.send(begin, block)
        assert_readers_are_served(proxy)
        sent = 0
        while sent < 32 * MEGABYTE and not line.has_ended:
            line.send(block)
            line.listen(0.001)
            sent += len(block)
        assert line.has_ended
    assert_readers_are_served(proxy)


# Heads

KEPT, AGAIN = field("x-kept", "y" * 3_900, is_kept=True), b"\xbe"  # one byte that means all of it
UNREADABLE = {
    "one field, again and again": head("/evidence/") + KEPT + AGAIN * 12_000,
    "a table of 16 megabytes": b"\x3f\xe1\xff\xff\x07" + head("/evidence/"),
    "a field that is in no table": head("/evidence/") + b"\xe4",
    "a number without an end": head("/evidence/") + b"\xff" * 10,
    "a field that is longer than a buffer": head("/evidence/", cookie="a=" + "x" * 20_000),
    "an address that is longer than a buffer": head("/evidence/?" + "x" * 20_000),
    "more than all buffers hold": head("/evidence/") + field("x-wide", "x" * 12_000) * 8,
    "very many fields": head("/evidence/") + b"".join(field(f"x-{number}", "x") for number in range(8_000)),
}


def in_frames(block: bytes, size: int = 16_000) -> bytes:
    """A whole head, in as many frames as it takes."""
    pieces = [block[start : start + size] for start in range(0, len(block), size)]
    kinds = [HEADERS] + [CONTINUATION] * (len(pieces) - 1)
    flags = [0] * (len(pieces) - 1) + [WHOLE_HEAD]
    flags[0] |= END
    return b"".join(frame(kind, flag, 1, piece) for kind, flag, piece in zip(kinds, flags, pieces, strict=True))


def worker_peak(proxy: Proxy) -> int:
    """The most memory that the process had which serves readers, in bytes."""
    first = (proxy.folder / "pid").read_text().strip()
    children = [Path("/proc", child) for child in Path(f"/proc/{first}/task/{first}/children").read_text().split()]
    (worker,) = (child for child in children if "worker process" in (child / "cmdline").read_text())
    return int(re.search(r"VmHWM:\s+(\d+) kB", (worker / "status").read_text())[1]) * 1024


@pytest.mark.parametrize("name", UNREADABLE)
def test_head_that_is_too_large_or_broken_ends_its_line(proxy, name):
    """Over HTTP/2 nginx says no words to it, but ends the line; nothing grows to what it stands for (46 MB for the first)."""
    before, asked = worker_peak(proxy), len(proxy.asked)
    with lines(proxy) as (line,):
        line.send(in_frames(UNREADABLE[name]))
        until(lambda: line.listen() or line.is_over or line.of(1, HEADERS), "the end of the line")
        assert line.is_over or line.status(1) in {400, 431}
    assert (len(proxy.asked), worker_peak(proxy) - before < 4 * MEGABYTE) == (asked, True)
    assert_readers_are_served(proxy)


POST = {"method": "POST", "content_length": "5"}
ODD = {
    "length and chunks": head("/evidence/", **POST, transfer_encoding="chunked"),
    "body that is shorter than it says": head("/evidence/", **POST | {"content_length": "50"}),
    "body that is longer than it says": head("/evidence/", **POST | {"content_length": "2"}),
    "a second request in a field": head("/evidence/", x_a="b\r\n\r\nGET /hidden/ HTTP/1.1"),
    "a second request in the address": head("/evidence/ HTTP/1.1\r\n\r\nGET /hidden/"),
    "a second request in the method": head("/evidence/", "GET /hidden/ HTTP/1.1\r\n\r\nGET"),
    "NUL": head("/evidence/", x_a="b\0c"),
    "capital letters": head("/evidence/") + field("X-Capital", "x"),
    "a colon in a name": head("/evidence/") + field("x-forwarded-for:", "9.9.9.9"),
    "two addresses": head("/evidence/") + field(":path", "/hidden/"),
    "no address": field(":method", "GET") + field(":scheme", "https") + field(":authority", HOST),
    "two hosts": head("/evidence/", host="elsewhere.example"),
    "a way to elsewhere": field(":method", "CONNECT") + field(":authority", "elsewhere.example:443"),
}


@pytest.mark.parametrize("name", ODD)
def test_head_that_can_be_read_in_two_ways_reaches_no_atlas(proxy, name):
    asked = len(proxy.asked)
    with lines(proxy) as (line,):
        line.send(frame(HEADERS, WHOLE_HEAD, 1, ODD[name]), frame(DATA, END, 1, b"text="))
        until(lambda: line.has_answer(1) or line.is_over, "the answer")
        assert line.status(1) in {400, None}
    assert len(proxy.asked) == asked
    assert_readers_are_served(proxy)
