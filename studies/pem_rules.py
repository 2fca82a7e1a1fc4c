"""Which rules can give which PEM badge, found by running `pem.derive` itself. Pure.

The page that explains the badge prints this, so it cannot say anything the derivation does not do.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement

from studies.pem import CLAIMS, NO_PARTICIPANTS, RULES, VALUE_OF, WITH_PARTICIPANTS, Badge, Row, Statement, derive

# Three rows reach every rule of one patient group: one definition that is needed and two alternatives beside it.
ROWS = 3
EVERY_BADGE = "least_strict_cohort"


@cache
def rules_of(value: str) -> tuple[str, ...]:
    """The sentences of the rules that give this badge to one patient group, in the order of `RULES`."""
    found = {badge.rule for badge in _badges() if badge.value == value}
    return tuple(sentence for rule, sentence in RULES.items() if rule in found)


@cache
def _badges() -> frozenset[Badge]:
    return frozenset(_small_codings())


def _small_codings() -> Iterator[Badge]:
    with_participants, without = min(WITH_PARTICIPANTS), min(NO_PARTICIPANTS)
    yield derive(design=without, rows=[])
    for claim in CLAIMS:
        yield derive(design=with_participants, rows=[], statement=Statement(claim, "quoted"))
    kinds = [Row(pem, pem, role) for pem in VALUE_OF for role in ("inclusion", "alternative")]
    for count in range(ROWS + 1):
        for rows in combinations_with_replacement(kinds, count):
            yield derive(design=with_participants, rows=rows)
