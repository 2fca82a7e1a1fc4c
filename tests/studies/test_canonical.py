import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.canonical import (
    MAX_INTEGER,
    CanonicalError,
    canonical,
    new_salt,
    salted_hash,
    sha256_hex,
    timestamp,
)

HISTORY = Path(__file__).parents[2] / "docs" / "history.md"
SALT = "000102030405060708090a0b0c0d0e0f"


def vectors():
    section = HISTORY.read_text(encoding="utf-8").split("## Canonical JSON and hashes")[1].split("\n## ")[0]
    pattern = r"^value     (.*)\ncanonical (.*)\nhash      (.*)\nsalted    (.*)$"
    return re.findall(pattern, section, re.MULTILINE)


def test_page_about_history_holds_the_vectors():
    assert len(vectors()) == 12


@pytest.mark.parametrize("value, text, digest, salted", vectors())
def test_vectors_of_the_documentation_hold(value, text, digest, salted):
    loaded = json.loads(value)
    assert canonical(loaded) == text.encode("utf-8")
    assert sha256_hex(text.encode("utf-8")) == digest
    assert salted_hash(SALT, loaded) == salted


def test_known_hash_of_another_source():
    # SHA-256 of the two bytes {}; printed by any tool: printf '{}' | sha256sum
    assert sha256_hex(canonical({})) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_keys_are_sorted_and_nothing_is_padded():
    assert canonical({"b": [1, None], "a": {"d": "x", "c": ("y",)}}) == b'{"a":{"c":["y"],"d":"x"},"b":[1,null]}'


@pytest.mark.parametrize(
    "value, message",
    [
        (1.0, "float has no canonical form"),
        ({"a": [1.5]}, "float has no canonical form"),
        (True, "a truth value has no canonical form; use a word or a number"),
        ([False], "a truth value has no canonical form; use a word or a number"),
        ({1: "a"}, "a key is text"),
        ({"\u00e9": 1, "e\u0301": 2}, "the key 'é' stands twice"),
        ("\ud800", "text holds a lone surrogate"),
        (b"x", "bytes has no canonical form"),
        ({"a"}, "set has no canonical form"),
        (datetime(2026, 1, 2, tzinfo=UTC), "datetime has no canonical form"),
        (MAX_INTEGER + 1, "a whole number beyond 2^53 - 1 is not read alike everywhere; write it as text"),
    ],
)
def test_value_that_can_be_written_in_two_ways_is_refused(value, message):
    with pytest.raises(CanonicalError) as caught:
        canonical(value)
    assert str(caught.value) == message


def test_only_control_characters_are_escaped():
    assert canonical("\x00\x1f\x7f\u2028/<") == b'"\\u0000\\u001f\x7f\xe2\x80\xa8/<"'


@pytest.mark.parametrize("salt", ["", "zz" * 16, "00" * 15, "00" * 17])
def test_salt_that_is_not_sixteen_bytes_is_refused(salt):
    with pytest.raises(CanonicalError):
        salted_hash(salt, "x")


def test_salts_differ():
    salts = {new_salt() for _ in range(50)}
    assert len(salts) == 50
    assert {len(salt) for salt in salts} == {32}


def test_time_is_written_in_utc_without_fractions():
    summer = timezone(timedelta(hours=2))
    assert timestamp(datetime(2026, 3, 1, 1, 30, 5, 999_999, tzinfo=summer)) == "2026-02-28T23:30:05Z"
    with pytest.raises(CanonicalError, match="a time needs its zone"):
        timestamp(datetime(2026, 3, 1))


texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = texts.map(lambda text: unicodedata.normalize("NFC", text))
values = st.recursive(
    st.none() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_canonical_form_is_json_and_stable(value):
    data = canonical(value)
    assert canonical(json.loads(data)) == data


@given(st.dictionaries(keys, values), st.randoms(use_true_random=False))
def test_order_of_keys_is_irrelevant(value, random):
    shuffled = random.sample(list(value), len(value))
    assert canonical({key: value[key] for key in shuffled}) == canonical(value)


@given(texts)
def test_normal_form_of_text_is_irrelevant(text):
    assert canonical(unicodedata.normalize("NFD", text)) == canonical(text)


@given(values, values)
def test_different_values_have_different_bytes(one, other):
    assert (canonical(one) == canonical(other)) == (json.loads(canonical(one)) == json.loads(canonical(other)))
