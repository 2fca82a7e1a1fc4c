"""Studies by the hundred thousand, made of real ones. Pure, and the same on every machine for the same seed.

Titles, authors, journals and years are real citations; where there are fewer than asked for, two titles are joined,
which keeps the frequencies of the words. Abstracts and texts are put together from sentences of the shipped sample
atlas. Classifications are drawn with the skew that a hand-coded atlas has: most studies not coded, a few topics common.
"""

import json
import lzma
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SEED = 20261126
WITH_ABSTRACT, WITH_TEXTS, CODED = 0.30, 0.05, 0.40  # shares of all studies; every study with texts is coded

DESIGNS = {
    "not_classified": 52, "cross_sectional": 10, "case_control": 9, "narrative_review": 8, "laboratory_human": 6,
    "cohort": 5, "systematic_review": 3, "commentary": 2, "qualitative": 2, "randomised_trial": 1.5, "case_report": 1,
    "in_vitro": 0.7, "animal": 0.6, "non_randomised_trial": 0.5, "protocol": 0.4, "guideline": 0.3, "evidence_map": 0.1,
}  # fmt: skip
NO_PARTICIPANTS = {"guideline", "animal", "in_vitro", "narrative_review", "protocol", "commentary"}
BADGES = {"not_required": 45, "unclear": 25, "required": 22, "mixed": 5, "partial": 3}
LEVELS = {"E3": 70, "E2": 22, "unrated": 7, "E1": 1}
REVIEWS = {"peer_reviewed": 92, "preprint": 7, "not_peer_reviewed": 1}
RETRACTIONS = {"none": 9900, "corrected": 70, "retracted": 20, "expression_of_concern": 8, "withdrawn": 2}
ROLES = {"inclusion": 70, "alternative": 15, "mentioned": 9, "comparator": 4, "subgroup": 2}
SENTENCES_OF_ABSTRACT = (5, 11)

_SENTENCE_END = re.compile(r"(?<=[.!?]) +(?=[A-Z])")


@dataclass(frozen=True)
class Sources:
    """What studies are made of: citations as dictionaries, sentences of abstracts, and whole sets of texts."""

    citations: Sequence[dict[str, Any]]
    sentences: Sequence[str]
    texts: Sequence[dict[str, Any]]
    topics: Sequence[str]
    definitions: Sequence[str]


@dataclass(frozen=True)
class Made:
    """One study. `fields` are columns of Study; topics and (definition, role) pairs by slug."""

    number: int
    fields: dict[str, Any]
    authors: Sequence[str]
    abstract: str = ""
    topics: tuple[str, ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()
    year: int = field(default=2020)


def read_sources(sample: Path, citations: Path | None) -> Sources:
    """The shipped files in the folder `sample`, and the file of citations (`.jsonl.xz`) where there is one."""
    listed = [*_lines(sample / "mecfs.jsonl"), *_lines(sample / "longcovid.jsonl.xz")]
    more = _lines(citations) if citations else []
    coded = json.loads((sample / "sample_studies.json").read_text(encoding="utf-8"))
    words = json.loads((sample / "vocabularies.json").read_text(encoding="utf-8"))
    abstracts = [item["abstract"] for item in listed if item["abstract"]]
    return Sources(
        citations=[item for item in [*listed, *more] if item["title"]],
        sentences=[
            line for text in abstracts for line in _SENTENCE_END.split(text.replace("\n", " ")) if len(line) > 30
        ],
        texts=[item["texts"] for item in coded],
        topics=list(words["topics"]),
        definitions=[row["definition"] for item in coded for row in item["case_definitions"]],
    )


def make(sources: Sources, number: int, seed: int = SEED) -> Iterator[Made]:
    """`number` studies, numbered from 1."""
    chance = random.Random(seed)  # noqa: S311 - the point is that it repeats
    order = list(range(len(sources.citations)))
    chance.shuffle(order)
    for count in range(number):
        citation = sources.citations[order[count % len(order)]]
        other = sources.citations[chance.choice(order)] if count >= len(order) else None
        yield _study(count + 1, citation, other, sources, chance)


def _study(
    number: int, citation: dict[str, Any], other: dict[str, Any] | None, sources: Sources, chance: random.Random
) -> Made:
    year = (citation if other is None else other)["year"] or 2020
    with_texts = chance.random() < WITH_TEXTS
    coding = _coding(sources, chance) if with_texts or chance.random() < CODED else {}
    fields = {
        "title": citation["title"] if other is None else joined_title(citation["title"], other["title"]),
        "journal": citation["journal"] or "",
        "published_on": f"{year:04d}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        "retraction_status": _pick(RETRACTIONS, chance),
        **coding,
        **(_texts(sources, chance) if with_texts else {}),
    }
    abstract = " ".join(chance.choices(sources.sentences, k=chance.randint(*SENTENCES_OF_ABSTRACT)))
    return Made(
        number=number,
        fields=fields,
        authors=citation["authors"],
        abstract=abstract if chance.random() < WITH_ABSTRACT else "",
        topics=_topics(sources, chance) if coding else (),
        definitions=_definitions(sources, chance, coding),
        year=year,
    )


def joined_title(one: str, other: str) -> str:
    """The first half of one title with the second half of another."""
    first, second = one.split(), other.split()
    return " ".join([*first[: -(-len(first) // 2)], *second[len(second) // 2 :]])


def _coding(sources: Sources, chance: random.Random) -> dict[str, Any]:
    design = _pick(DESIGNS, chance)
    without = design in NO_PARTICIPANTS or design == "not_classified"
    badge = ("not_applicable" if design in NO_PARTICIPANTS else "not_coded") if without else _pick(BADGES, chance)
    consensus = design in {"guideline", "systematic_review"}
    return {
        "design": design,
        "pem": badge,
        "evidence_level": "E0" if consensus else _pick(LEVELS, chance),
        "peer_review": _pick(REVIEWS, chance),
        "patients": None if without else int(chance.lognormvariate(4, 1)) + 1,
        "controls": None if without or chance.random() < 0.5 else int(chance.lognormvariate(3.5, 1)) + 1,
        "population_label": "" if without else "people with ME/CFS",
    }


def _texts(sources: Sources, chance: random.Random) -> dict[str, Any]:
    """Every text from another sample study, so that no two studies have the same set."""
    return {"basis": "full_text", **{name: chance.choice(sources.texts)[name] for name in sources.texts[0]}}


def _topics(sources: Sources, chance: random.Random) -> tuple[str, ...]:
    """One to four topics; the first of the list are many times as common as the last."""
    weights = [1 / (place + 1) for place in range(len(sources.topics))]
    return tuple(dict.fromkeys(chance.choices(sources.topics, weights, k=chance.choice((1, 1, 2, 2, 3, 4)))))


def _definitions(sources: Sources, chance: random.Random, coding: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    if not coding or coding["pem"] in {"not_coded", "not_applicable"}:
        return ()
    chosen = dict.fromkeys(chance.choices(sources.definitions, k=chance.choice((1, 1, 1, 2, 3))))
    return tuple((slug, _pick(ROLES, chance)) for slug in chosen)


def _pick(weights: Mapping[str, float], chance: random.Random) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _lines(path: Path) -> list[dict[str, Any]]:
    content = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    return [json.loads(line) for line in content.splitlines() if line.strip()]
