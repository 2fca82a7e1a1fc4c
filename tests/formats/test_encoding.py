"""Files of text in the encoding they were written in."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.formats.readers import encoding
from studies.formats.readers.encoding import WESTERN, bounded, judge, opened, plain_head
from studies.formats.readers.refusals import Unreadable

TEXT = "TY  - JOUR\nAU  - Müller, Zoë\nTI  - Naïve “words”\n"
UNKNOWN = "The file is written in an unknown encoding. Save it as UTF-8 and send it again."
NO_TEXT = "The file holds bytes that no text has. Export the references again, as text in UTF-8."


def read(data):
    with opened(io.BytesIO(data)) as text:
        return text.lines.read(), text.note


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-16"), ""),
        (TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("utf-16-be"), ""),
        (TEXT.encode("cp1252"), WESTERN),
        (TEXT.encode() + "Ö\n".encode("cp1252"), WESTERN),
    ],
)
def test_text_is_read_in_its_own_encoding(data, note):
    text, found = read(data)
    assert (text.lstrip("\ufeff").removesuffix("Ö\n"), found) == (TEXT, note)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("Викторов, Михаил".encode("cp1251"), UNKNOWN),
        ("中文期刊".encode("gbk"), UNKNOWN),
        ("Αθήνα".encode("iso8859-7"), UNKNOWN),
        ("日本語のテキスト".encode("shift-jis"), UNKNOWN),
        (TEXT.encode("utf-32"), UNKNOWN),
        (TEXT.encode("utf-16")[:-1] + b"\xd8", UNKNOWN),
        (b"TY  - JOUR\n\0\0", NO_TEXT),
    ],
)
def test_what_is_no_such_text_is_refused(data, reason):
    with pytest.raises(Unreadable) as refusal:
        read(data)
    assert str(refusal.value) == reason


def test_a_letter_across_two_parts_is_one_letter(monkeypatch):
    monkeypatch.setattr(encoding, "CHUNK", 3)
    assert judge(io.BytesIO("aäöüß€".encode())) == ("utf-8", "")


def test_stream_stays_open():
    stream = io.BytesIO(TEXT.encode())
    with opened(stream) as text:
        text.lines.readline()
    assert stream.closed is False


def test_beginning_is_recognised_in_every_encoding():
    for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        assert plain_head("TY  - JOUR".encode(name)) == b"TY  - JOUR"


def test_line_without_an_end_comes_in_pieces_under_one_number():
    assert list(bounded(io.StringIO("abcdef\ng\n"), most=4)) == [(1, "abcd"), (1, "ef\n"), (2, "g\n")]


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data):
    try:
        text, _ = read(data)
    except Unreadable:
        return
    assert isinstance(text.encode("utf-8"), bytes)
