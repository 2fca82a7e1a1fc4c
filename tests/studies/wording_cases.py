"""Subjects of the wording check for tests: one sentence in a study whose other texts break no rule."""

import json
from pathlib import Path
from typing import Any

from studies import definitions, pem, wording
from studies.wording.subject import LISTS

FOLDER = Path(__file__).parent.parent / "data" / "wording"
CALM = {
    "summary": "The team looked at blood.",
    "main_limitation": "Only 12 people took part.",
    "limitations": "The groups were small.",
}


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def subject(*, field: str, sentence: str, rule: str = "", **facts: Any) -> wording.Subject:
    text = (sentence,) if field in LISTS else sentence
    for name in ("cohorts", "definitions"):
        facts[name] = tuple(map(tuple, facts.get(name, ())))
    facts["method_flags"] = frozenset(facts.get("method_flags", ()))
    return wording.Subject(texts=CALM | {field: text}, **facts)


def sample_subjects() -> list[tuple[str, wording.Subject]]:
    """The 34 sample studies by PMCID, as the file holds them."""
    items = json.loads((definitions.SEED.parent / "sample_studies.json").read_text(encoding="utf-8"))
    return [(item["pmcid"], _of_item(item)) for item in items]


def _of_item(item: dict[str, Any]) -> wording.Subject:
    coding = definitions.read_coding(item, definitions.shipped())
    badge = pem.derive(design=coding.design, rows=coding.rows, statement=coding.statement)
    values = item | item["texts"] | {"definitions": item["case_definitions"], "pem": badge.value}
    return wording.from_values(values, cohorts=tuple((name, part.value) for name, part in badge.cohorts))
