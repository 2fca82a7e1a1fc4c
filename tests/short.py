"""Which cases of a test the short suite leaves to the full one. Pure.

A test with many cases says nearly the same with each. Every test runs on both databases and every case on one of them;
in the browser, where a case takes seconds, the first and the last run.
"""

from collections import defaultdict
from collections.abc import Iterable


def left_to_the_full_suite(cases: Iterable[str], *, engine: str, browser: bool) -> set[str]:
    """Of these cases, each named `file::test[case]` and in the order in which they stand, those that are left out."""
    by_test: dict[str, list[str]] = defaultdict(list)
    for each in cases:
        by_test[each.partition("[")[0]].append(each)
    left: set[str] = set()
    for same in by_test.values():
        if len(same) > 1:
            left |= set(same[1:-1] if browser else same[1::2] if engine == "sqlite" else same[::2])
    return left
