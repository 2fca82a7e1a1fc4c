"""What the short suite leaves to the full one. Pure.

In the browser, where a case takes seconds, a test with many cases runs with one: the first in one test, the last in the
next, so that wide and small screens, light and dark, with scripts and without come in turn. Of what asks a database, what is
about the database itself runs on both, its cases taking turns. All else says the same on both, so each test with one case runs
on one of them, a third of these on PostgreSQL; a test with many cases says nearly the same with each, so a sixth of them runs
on each and the others on neither.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

ENGINES = ("sqlite", "postgres")
THIRD, SIXTH = 3, 6


def left_to_the_full_suite(
    cases: Iterable[str], *, engine: str, browser: bool, about_database: Collection[str] = ()
) -> set[str]:
    """Of these cases, each named `file::test[case]` and in the order in which they stand, those that are left out.

    `about_database` names the tests (without their case) that are about the database itself.
    """
    by_test: dict[str, list[str]] = defaultdict(list)
    for each in cases:
        by_test[each.partition("[")[0]].append(each)
    run: set[str] = set()
    alone: list[str] = []
    for place, (test, same) in enumerate(by_test.items()):
        if browser:
            run.add(same[-1 if place % 2 else 0])
        elif test in about_database:
            run |= set(same[ENGINES.index(engine) :: 2] or same)
        elif len(same) > 1:
            run |= set(same[ENGINES.index(engine) :: SIXTH])
        else:
            alone += same
    run |= {each for place, each in enumerate(alone) if (place % THIRD == THIRD - 1) == (engine == "postgres")}
    return {each for same in by_test.values() for each in same} - run
