"""The pictures of the guide: small files that show the same."""

import re
import struct
import zlib

import pytest

from scripts.picturing.png import SIGNATURE, _chunk, _predicted, _read, smaller
from tests.running import ROOT

WIDTH, HEIGHT = 5, 4
COLOURS = [bytes([0, 0, 0]), bytes([248, 16, 64]), bytes([128, 128, 128])]
LINES = [b"".join(COLOURS[(row + column) % 3] for column in range(WIDTH)) for row in range(HEIGHT)]


def picture(kind, channels=3):
    """A PNG of LINES whose every line is filtered with `kind`, as an encoder would write it."""
    lines = [b"".join(line[at : at + 3] + b"\xff" * (channels - 3) for at in range(0, len(line), 3)) for line in LINES]
    packed, above = b"", bytes(len(lines[0]))
    for line in lines:
        packed += bytes([kind])
        for at, value in enumerate(line):
            left = line[at - channels] if at >= channels else 0
            corner = above[at - channels] if at >= channels else 0
            packed += bytes([(value - _predicted(kind, left, above[at], corner)) & 255])
        above = line
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(packed)), (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def pixels(small):
    """The pixels of a picture with a palette."""
    at, found = len(SIGNATURE), {}
    while at < len(small):
        (length,) = struct.unpack(">I", small[at : at + 4])
        found[small[at + 4 : at + 8]] = small[at + 8 : at + 8 + length]
        at += length + 12
    lines = zlib.decompress(found[b"IDAT"])
    numbers = b"".join(lines[start + 1 : start + 1 + WIDTH] for start in range(0, len(lines), WIDTH + 1))
    return b"".join(found[b"PLTE"][number * 3 : number * 3 + 3] for number in numbers)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("kind", range(5))
def test_picture_is_read_and_shows_the_same(kind, channels):
    assert _read(picture(kind, channels)) == (WIDTH, HEIGHT, b"".join(LINES))
    assert pixels(smaller(picture(kind, channels))) == b"".join(LINES)


def test_paeth_takes_the_nearest_neighbour():
    assert [_predicted(4, *three) for three in [(9, 1, 1), (1, 9, 1), (5, 5, 9), (3, 3, 3)]] == [9, 9, 5, 3]


def test_guide_shows_every_picture_and_each_is_small():
    text = (ROOT / "docs" / "moderators.md").read_text() + (ROOT / "README.md").read_text()
    shown = set(re.findall(r"img/([\w-]+\.png)", text))
    held = {path.name: path.stat().st_size for path in (ROOT / "docs" / "img").glob("*.png")}
    assert set(held) == shown
    assert {name: size for name, size in held.items() if size > 60_000} == {}
    assert re.findall(r"!\[\]\(", text) == []
