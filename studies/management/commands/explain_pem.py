"""`manage.py explain_pem FILE [--json]`: the PEM badge of each coded study in a file, and the rule that gave it.

FILE holds one object or a list in the shape of `sample_studies.json`; only `design`, `case_definitions` and
`pem_statement` are read. Definitions come from the seed file of the atlas, not from the database, so that a coding
can be checked on any machine and the answer does not depend on what was loaded.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies import definitions, pem

Answer = dict[str, Any]


class Command(BaseCommand):
    help = "Print the PEM badge of each coded study in FILE and the rule that gave it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")

    def handle(self, *, file: Path, as_json: bool, **options: object) -> None:
        content = read(file)
        items = content if isinstance(content, list) else [content]
        answers = [explain(item) for item in items]
        names = [name_of(number, item) for number, item in enumerate(items, start=1)]
        if as_json:
            result = answers if isinstance(content, list) else answers[0]
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=1))
        else:
            for name, answer in zip(names, answers, strict=True):
                self.stdout.write(as_text(name, answer))
        named = zip(names, answers, strict=True)
        refused = [f"{name}: {answer['error']}" for name, answer in named if "error" in answer]
        if refused:
            raise CommandError("\n".join(refused))


def read(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file}: not readable as JSON ({error})") from error


def explain(item: object) -> Answer:
    """`badge`, `rule`, `explanation`, `subgroup_reported`, `cohorts`; or `error` alone when the item is refused."""
    try:
        coding = definitions.read_coding(item, definitions.shipped())
        badge = pem.derive(design=coding.design, rows=coding.rows, statement=coding.statement)
    except pem.PemError as error:
        return {"error": str(error)}
    cohorts = {name: {"badge": part.value, "rule": part.rule} for name, part in badge.cohorts}
    return {
        "badge": badge.value,
        "rule": badge.rule,
        "explanation": badge.sentence,
        "subgroup_reported": badge.subgroup_reported,
        "cohorts": cohorts,
    }


def name_of(number: int, item: object) -> str:
    label = item.get("pmcid") if isinstance(item, dict) else None
    return f"item {number} ({label})" if label else f"item {number}"


def as_text(name: str, answer: Answer) -> str:
    if "error" in answer:
        return f"{name}\n  refused: {answer['error']}"
    lines = [name, f"  badge: {answer['badge']}", f"  rule: {answer['rule']}", f"  {answer['explanation']}"]
    lines += [f"  cohort {name}: {part['badge']} ({part['rule']})" for name, part in answer["cohorts"].items()]
    if answer["subgroup_reported"]:
        lines.append("  PEM subgroup reported")
    return "\n".join(lines)
