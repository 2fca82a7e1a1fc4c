"""The search itself: a sweep that finds nothing proves nothing unless what it looks for would be found."""

import base64
import json

import pytest

from tests.canary.secrets import Secrets


@pytest.fixture
def secret():
    return Secrets()


@pytest.mark.parametrize("around", ["{}", "before{}after", "<p>{}</p>", '{{"a": "{}"}}', "a=1&b={}&c", "  {}\n"])
def test_word_is_found_in_any_text(secret, around):
    word = secret.word("the text")
    assert secret.found_in(around.format(word)) == ["the text"]
    assert secret.found_in(around.format(word.upper()).encode()) == ["the text"]


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "abcd", "abcde"])
def test_word_is_found_in_base64_wherever_it_begins(secret, before):
    coded = base64.b64encode(f"{before}{secret.word('x')}, and more".encode())
    assert secret.found_in(coded) == ["a word in another code"]


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be"])
def test_word_is_found_in_other_codes(secret, code):
    assert secret.found_in(f" {secret.word('x')} ".encode(code)) == ["a word in another code"]
    assert secret.found_in(secret.word("x").encode().hex()) == ["a word in another code"]


def test_word_that_was_cut_off_is_found(secret):
    assert secret.found_in(secret.word("x")[: len(secret.prefix) + 2]) == ["a word that was cut off"]


def test_literal_is_found_in_any_case(secret):
    secret.add("Six Words", "the receipt")
    secret.add(b"\x00\xffabc", "ciphertext")
    assert secret.found_in(json.dumps("SIX words")) == ["the receipt"]
    assert secret.found_in(b"..\x00\xffabc..") == ["ciphertext"]


def test_nothing_is_found_where_nothing_is(secret):
    secret.word("x")
    assert secret.found_in("Kanarie, qzxk, anarie, qzxkanarie") == []


def test_words_of_another_test_are_not_found(secret):
    assert secret.found_in(Secrets().word("x")) == []
