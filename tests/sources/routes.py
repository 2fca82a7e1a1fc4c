"""How each service that the stand-in plays answers: routes, pages, cursors."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import unquote

from tests.sources import answers
from tests.sources.shelves import Held

JSON = "application/json; charset=UTF-8"
Parameters = dict[str, str]
Made = tuple[bytes, str]


class Missing(Exception):
    """There is no such thing; `status` is the answer's number, 0 for an ordinary 404."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


def eutils(stub: Any, path: str, parameters: Parameters) -> Made:
    if path == "esearch.fcgi":
        return _json({"esearchresult": _esearch(stub, parameters)})
    if path != "efetch.fcgi":
        raise Missing(path)
    if "id" in parameters:
        found = [stub.shelves.find(number) for number in parameters["id"].split(",")]
        return answers.pubmed_xml([held for held in found if held]), "text/xml; charset=UTF-8"
    listed = stub.lists.get(f"{parameters['WebEnv']}/{parameters['query_key']}")
    if listed is None:
        raise Missing("<eFetchResult><ERROR>Unable to obtain query</ERROR></eFetchResult>", 400)
    start, rows = int(parameters["retstart"]), int(parameters["retmax"])
    by_number = {held.record.pmid: held for held in stub.shelves.papers}
    found = [by_number[name] for name in listed[start : start + rows] if name in by_number]
    return answers.pubmed_xml(found), "text/xml; charset=UTF-8"


def _esearch(stub: Any, parameters: Parameters) -> dict[str, Any]:
    doi = re.fullmatch(r'"(.+)"\[doi\]', parameters["term"])
    if doi:
        held = stub.shelves.find(doi[1])
        return {"count": str(bool(held) + 0), "idlist": [held.record.pmid] if held else []}
    since, until = (date.fromisoformat(parameters[name].replace("/", "-")) for name in ("mindate", "maxdate"))
    found = [held.record.pmid for held in stub.shelves.between(since, until) if held.record.pmid]
    name = f"MCID_{len(stub.lists)}"
    stub.lists[f"{name}/1"] = found
    return {"count": str(len(found)), "retmax": "0", "querykey": "1", "webenv": name, "idlist": []}


def crossref(stub: Any, path: str, parameters: Parameters) -> Made:
    if path.startswith("works/"):
        held = _held(stub, unquote(path.removeprefix("works/")))
        return _json({"status": "ok", "message-type": "work", "message": answers.crossref_work(held)})
    days = dict(part.split(":", 1) for part in parameters["filter"].split(","))
    found = _between(stub, days["from-created-date"], days["until-created-date"])
    rows, start = int(parameters["rows"]), _start(parameters["cursor"])
    items = [answers.crossref_work(held) for held in found[start : start + rows]]
    message = {"total-results": len(found), "items": items, "next-cursor": f"place-{start + rows}"}
    return _json({"status": "ok", "message-type": "work-list", "message": message})


def europepmc(stub: Any, path: str, parameters: Parameters) -> Made:
    query, rows, start = parameters["query"], int(parameters["pageSize"]), _start(parameters.get("cursorMark", "*"))
    days = re.search(r"FIRST_IDATE:\[(\S+) TO (\S+)\]", query)
    if days:
        found = _between(stub, days[1], days[2])
    else:
        named = re.search(r'DOI:"([^"]+)"|EXT_ID:(\d+)|PMCID:(PMC\d+)', query)
        held = stub.shelves.find(named[1] or named[2] or named[3]) if named else None
        found = [held] if held else []
    results = [answers.europepmc_result(held) for held in found[start : start + rows]]
    mark = parameters.get("cursorMark", "*")
    follows = f"place-{start + rows}" if start + rows < len(found) else mark
    return _json({"hitCount": len(found), "nextCursorMark": follows, "resultList": {"result": results}})


def openalex(stub: Any, path: str, parameters: Parameters) -> Made:
    if path.startswith("works/"):
        return _json(answers.openalex_work(_held(stub, unquote(path).partition(":")[2])))
    days = dict(part.split(":", 1) for part in parameters["filter"].split(","))
    found = _between(stub, days["from_publication_date"], days["to_publication_date"])
    rows, start = int(parameters["per-page"]), _start(parameters["cursor"])
    results = [answers.openalex_work(held) for held in found[start : start + rows]]
    follows = f"place-{start + rows}" if start + rows < len(found) else None
    return _json({"meta": {"count": len(found), "next_cursor": follows}, "results": results})


def retraction_watch(stub: Any, path: str, parameters: Parameters) -> Made:
    return answers.retraction_watch_csv(stub.shelves.papers), "text/plain; charset=utf-8"


def _between(stub: Any, since: str, until: str) -> list[Held]:
    return stub.shelves.between(date.fromisoformat(since), date.fromisoformat(until))


def _held(stub: Any, identifier: str) -> Held:
    held = stub.shelves.find(identifier)
    if held is None:
        raise Missing(identifier)
    return held


def _start(cursor: str) -> int:
    return 0 if cursor == "*" else int(cursor.removeprefix("place-"))


def _json(value: Any) -> Made:
    return json.dumps(value).encode(), JSON


ROUTES: dict[str, Callable[[Any, str, Parameters], Made]] = {
    "/entrez/eutils/": eutils,
    "/crossref/": crossref,
    "/europepmc/": europepmc,
    "/openalex/": openalex,
    "/retraction_watch.csv": retraction_watch,
}
