"""A query in the language of a full-text index. Pure.

Both languages build the same tree from the same words; only their signs differ. Tokens are plain letters and digits, so
nothing in them can be read as a sign.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from studies.search.query import Alternative, Part, Query
from studies.search.synonyms import Phrase


@dataclass(frozen=True)
class Language:
    all_of: str
    any_of: str
    but_not: str
    phrase: Callable[[Phrase], str]

    def required(self, query: Query) -> str:
        """All required parts; the query must have one."""
        return self.all_of.join(f"({self.any_part([part])})" for part in query.required)

    def whole(self, query: Query) -> str:
        """All required parts and none of the excluded ones."""
        without = f"{self.but_not}({self.any_part(query.excluded)})" if query.excluded else ""
        return f"({self.required(query)}){without}"

    def any_part(self, parts: Iterable[Part]) -> str:
        """At least one of the parts."""
        return self.any_of.join(self._alternative(each) for part in parts for each in part.alternatives)

    def _alternative(self, alternative: Alternative) -> str:
        return f"({self.all_of.join(self.phrase(phrase) for phrase in alternative)})"


FTS5 = Language(" AND ", " OR ", " NOT ", lambda phrase: f'"{" ".join(phrase)}"')
TSQUERY = Language(" & ", " | ", " & !", lambda phrase: f"({' <-> '.join(phrase)})")
