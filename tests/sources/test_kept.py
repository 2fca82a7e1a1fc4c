"""Answers kept on disk."""

import os

from studies.sources.kept import Kept, Shelf, key_of

ANSWER = Kept("application/json", '"mark"', "Thu, 26 Nov 2026 12:00:00 GMT", b'{"a": 1}\n{"b": 2}')


def test_kept_answer_comes_back_with_its_marks(tmp_path):
    shelf = Shelf(tmp_path / "new")
    shelf.keep("key", ANSWER)
    assert shelf.find("key") == ANSWER
    assert ANSWER.conditions == {"If-None-Match": '"mark"', "If-Modified-Since": "Thu, 26 Nov 2026 12:00:00 GMT"}
    assert shelf.find("other") is None


def test_damaged_answer_is_thrown_away(tmp_path):
    shelf = Shelf(tmp_path)
    for damage in (
        lambda body: body[:-1],
        lambda body: body + b"x",
        lambda _: b"",
        lambda _: b"[]\n",
        lambda _: b'{"sha256": 1}\n',
    ):
        shelf.keep("key", ANSWER)
        path = tmp_path / "key"
        path.write_bytes(damage(path.read_bytes()))
        assert (shelf.find("key"), path.exists()) == (None, False)


def test_oldest_answer_makes_room(tmp_path):
    shelf = Shelf(tmp_path, most_bytes=1_300)
    for number in range(4):
        shelf.keep(f"key{number}", Kept("a/b", '"x"', "", bytes(150)))
        os.utime(tmp_path / f"key{number}", (number, number))
    shelf.find("key0")  # used now
    shelf.keep("key4", Kept("a/b", '"x"', "", bytes(150)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key0", "key2", "key3", "key4"]


def test_answer_that_would_fill_the_shelf_is_not_kept(tmp_path):
    shelf = Shelf(tmp_path, most_bytes=1_000)
    shelf.keep("key", Kept("a/b", '"x"', "", bytes(300)))
    assert list(tmp_path.iterdir()) == []


def test_key_tells_questions_apart():
    keys = {key_of("a", "b", {}), key_of("a", "b", {"c": "1"}), key_of("a", "b", {"c": "2"}), key_of("ab", "", {})}
    assert len(keys) == 4
    assert key_of("a", "b", {"c": "1", "d": "2"}) == key_of("a", "b", {"d": "2", "c": "1"})
