"""Small PNG files: a screenshot put down to at most 256 colours. Standard library only."""

from __future__ import annotations

import struct
import zlib
from collections import Counter

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
STEP = 8  # colours closer than this in a channel become one before counting

Colour = bytes


def smaller(picture: bytes) -> bytes:
    """The picture, 8 bits RGB or RGBA as browsers write it, with a palette of its most frequent colours."""
    width, height, pixels = _read(picture)
    rounded = [_rounded(pixels[at : at + 3]) for at in range(0, len(pixels), 3)]
    palette = [colour for colour, _ in Counter(rounded).most_common(COLOURS)]
    index = {colour: number for number, colour in enumerate(palette)}
    for colour in set(rounded) - index.keys():
        index[colour] = min(range(len(palette)), key=lambda number: _distance(palette[number], colour))
    numbers = bytes(index[colour] for colour in rounded)
    lines = b"".join(b"\0" + numbers[at : at + width] for at in range(0, len(numbers), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _rounded(colour: Colour) -> Colour:
    return bytes(min(255, (value + STEP // 2) // STEP * STEP) for value in colour)


def _distance(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _read(picture: bytes) -> tuple[int, int, bytes]:
    """Width, height, and three bytes for each pixel."""
    at, packed, head = len(SIGNATURE), b"", b""
    while at < len(picture):
        (length,), name = struct.unpack(">I", picture[at : at + 4]), picture[at + 4 : at + 8]
        data = picture[at + 8 : at + 8 + length]
        head, packed = (data if name == b"IHDR" else head), packed + (data if name == b"IDAT" else b"")
        at += length + 12
    width, height, depth, kind = struct.unpack(">IIBB", head[:10])
    channels = {2: 3, 6: 4}[kind]
    if depth != 8:
        raise ValueError("only eight bits a channel are read")
    lines = _unfiltered(zlib.decompress(packed), width * channels, channels)
    if channels == 4:
        lines = [bytes(value for at, value in enumerate(line) if at % 4 != 3) for line in lines]
    return width, height, b"".join(lines)


def _unfiltered(data: bytes, length: int, channels: int) -> list[bytes]:
    """The lines of the picture; each begins with the number of the filter that was laid over it (PNG, section 9)."""
    lines, above = [], bytes(length)
    for start in range(0, len(data), length + 1):
        line, kind = bytearray(data[start + 1 : start + 1 + length]), data[start]
        for at in range(length):
            left = line[at - channels] if at >= channels else 0
            corner = above[at - channels] if at >= channels else 0
            line[at] = (line[at] + _predicted(kind, left, above[at], corner)) & 255
        above = bytes(line)
        lines.append(above)
    return lines


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        guess = left + up - corner
        return min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
    return {0: 0, 1: left, 2: up, 3: (left + up) // 2}[kind]
