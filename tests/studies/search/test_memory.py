from studies.search.memory import Memory


def test_what_was_used_last_is_kept():
    memory = Memory(most=2, largest=100, size=len)
    memory.keep("a", "1")
    memory.keep("b", "2")
    assert memory.get("a") == "1"
    memory.keep("c", "3")
    assert [memory.get(key) for key in "abc"] == ["1", None, "3"]


def test_the_whole_stays_below_its_size():
    memory = Memory(most=10, largest=5, size=len)
    memory.keep("a", "123")
    memory.keep("b", "123")
    assert [memory.get(key) for key in "ab"] == [None, "123"]
    memory.keep("c", "123456")
    assert [memory.get(key) for key in "abc"] == [None, None, None]


def test_a_key_kept_again_counts_once():
    memory = Memory(most=10, largest=5, size=len)
    for _ in range(3):
        memory.keep("a", "12345")
    assert memory.get("a") == "12345"
    memory.clear()
    assert memory.get("a") is None
