"""Interleaved measurements: every request goes to every contender before the next one is asked."""

import json
import random
from collections.abc import Callable, Mapping, Sequence

from scripts.benching.figures import medians
from scripts.benching.mix import Ask
from scripts.benching.served import Answer, Server

Path = Callable[[Ask], str]
Measured = list[tuple[str, float, float]]  # kind, milliseconds on the clock, milliseconds of processor time


def ours_path(ask: Ask) -> str:
    return f"/evidence/?{ask.query}"


def plain_path(ask: Ask) -> str:
    return f"/?{ask.query}"


def search_times(
    servers: Mapping[str, tuple[Server, Path]], asks: Sequence[Ask], rounds: int, forget: Callable[[], None]
) -> dict[str, Measured]:
    """The median of each request for each contender, in the order of `asks`.

    `forget` runs before each round and makes our server drop the answers it remembers; a request to the list, not timed,
    then lets it take up the new state, as the first reader after a publication does.
    """
    taken: dict[str, list[list[Answer]]] = {name: [] for name in servers}
    for number in range(rounds + 1):
        forget()
        for server, _ in servers.values():
            server.get("/")
        servers["ours"][0].get("/evidence/")
        answers = one_round(servers, asks, random.Random(number))  # noqa: S311 - the order only has to vary
        if number:  # the first round warms connections, plans and the system's page cache
            for name, given in answers.items():
                taken[name].append(given)
    return {name: middle([ask.kind for ask in asks], lists) for name, lists in taken.items()}


def middle(kinds: Sequence[str], rounds: Sequence[Sequence[Answer]]) -> Measured:
    clock = medians([[answer.clock for answer in answers] for answers in rounds])
    cpu = medians([[answer.cpu for answer in answers] for answers in rounds])
    return list(zip(kinds, clock, cpu, strict=True))


def one_round(
    servers: Mapping[str, tuple[Server, Path]], asks: Sequence[Ask], chance: random.Random
) -> dict[str, list[Answer]]:
    answers: dict[str, list[Answer]] = {name: [] for name in servers}
    names = list(servers)
    for ask in asks:
        chance.shuffle(names)
        for name in names:
            server, path = servers[name]
            answers[name].append(server.get(path(ask)))
    return answers


def study_times(
    ours: Server, bare: Server, slugs: Sequence[str], rounds: int, forget: Callable[[], None]
) -> dict[str, Measured]:
    """As `search_times`, for study pages of these slugs."""
    servers = {"ours": (ours, study_path), "bare": (bare, study_path)}
    return search_times(servers, [Ask("study", slug) for slug in slugs], rounds, forget)


def study_path(ask: Ask) -> str:
    return f"/evidence/{ask.q}/"


def totals_agree(totals: Callable[[str], int], other: Server, asks: Sequence[Ask]) -> float:
    """Share of requests for which a contender that answers with {"total": …} finds as many studies as we do."""
    same = [totals(ask.query) == json.loads(other.get(plain_path(ask)).body)["total"] for ask in asks]
    return sum(same) / len(same)


def mixed_requests(server: Server, paths: Sequence[str], number: int) -> None:
    """Ask for these pages again and again, `number` requests in all."""
    for count in range(number):
        server.get(paths[count % len(paths)])
