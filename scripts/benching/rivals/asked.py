"""What the contenders read from a request: the list's own parameters, and numbers for the values of four facets."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

PAGE_SIZE = 20
RANKED_WHOLE, RANKED_TITLES = 300, 100  # as in studies/search/engine.py, so that ranking costs both sides alike
FACETS = ("pem", "design", "level", "topic")
CODED = {"pem": "pem", "design": "design", "level": "evidence_level"}  # facet and column of Study


@dataclass(frozen=True)
class Asked:
    """`chosen` holds numbers of values by facet, only of facets with a choice."""

    q: str
    chosen: Mapping[str, list[int]]
    offset: int


class Codes:
    """Numbers for the values of each facet, from the vocabularies; topics have the ids of their rows."""

    def __init__(self, topics: Mapping[str, int]) -> None:
        from studies.vocabulary import Design, EvidenceLevel, Pem

        vocabularies = {"pem": Pem.values, "design": Design.values, "level": EvidenceLevel.values}
        self.number = {facet: {value: n for n, value in enumerate(values)} for facet, values in vocabularies.items()}
        self.number["topic"] = dict(topics)
        self.word = {facet: {n: value for value, n in numbers.items()} for facet, numbers in self.number.items()}

    def read(self, query_string: str) -> Asked:
        given = parse_qs(query_string)
        chosen = {facet: [self.number[facet][value] for value in given[facet]] for facet in FACETS if facet in given}
        page = int(given.get("page", ["1"])[0])
        return Asked(given.get("q", [""])[0], chosen, (page - 1) * PAGE_SIZE)

    def worded(self, facet: str, counts: Iterable[tuple[int, int]]) -> dict[str, int]:
        return {self.word[facet][number]: count for number, count in counts}


Answer = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


def application(find: Callable[[str], Answer]) -> Callable[[dict[str, Any], StartResponse], list[bytes]]:
    """A bare WSGI application that answers every address with `find(query string)` as JSON."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        body = json.dumps(find(environ["QUERY_STRING"])).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return answer
