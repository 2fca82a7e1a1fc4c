"""`manage.py check_wording FILE [--json] [--strict]`: what the wording check finds in the texts of a file.

FILE holds one object or a list in the shape of `sample_studies.json`. Read are `texts` and what the rules weigh them
against: `design`, `case_definitions`, `pem_statement`, `patients`, `controls`, `population_label`, `evidence_level`,
`basis`, `method_flags`. No database is asked; definitions come from the seed file of the atlas.

Exit code: 0 when the file could be read, whatever was found in it; 1 when it could not; with `--strict` 2 when a finding
is blocking or an item could not be read. An item that cannot be read is named with its reason, and the rest goes on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies import definitions, pem, wording
from studies.management.commands.explain_pem import name_of, read
from studies.wording import Finding, Subject
from studies.wording.subject import FACTS, GLANCE, LISTS, SHORT

Answer = dict[str, Any]
STRICT = 2


class Unreadable(ValueError):
    """The item is not in the shape of `sample_studies.json`; says what is wrong."""


class Command(BaseCommand):
    help = "Print what the wording check finds in the texts of FILE: rule, blocking or advisory, text and place."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
        parser.add_argument(
            "--strict", action="store_true", help="end with 2 where something is blocking or unreadable"
        )

    def handle(self, *, file: Path, as_json: bool, strict: bool, **options: object) -> None:
        content = read(file)
        if not isinstance(content, dict | list):
            raise CommandError(f"{file}: holds neither an object nor a list of objects")
        items = content if isinstance(content, list) else [content]
        answers = [answer(number, item) for number, item in enumerate(items, start=1)]
        if as_json:
            result = answers if isinstance(content, list) else answers[0]
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join([*map(as_text, answers), total(answers)]))
        if strict and any(each.get("error") or each["blocking"] for each in answers):
            raise CommandError("Blocking findings or unreadable items.", returncode=STRICT)


def answer(number: int, item: object) -> Answer:
    """`name`, `version` of the rules, numbers of `blocking` and `advisory` findings, `findings`, `readings`, `remarks`.

    An item that cannot be read has `error` instead of findings.
    """
    head = {"name": name_of(number, item), "version": wording.VERSION}
    try:
        subject, remarks = read_item(item)
    except Unreadable as error:
        return head | {"error": str(error)}
    found = wording.check(subject)
    blocking = sum(finding.is_blocking for finding in found)
    return head | {
        "blocking": blocking,
        "advisory": len(found) - blocking,
        "findings": [as_data(finding) for finding in found],
        "readings": [vars(reading) for reading in wording.readings(subject)],
        "remarks": remarks,
    }


def read_item(item: object) -> tuple[Subject, list[str]]:
    """The subject, and remarks on what the check had to do without. Raises Unreadable."""
    if not isinstance(item, dict):
        raise Unreadable("not an object")
    texts = item.get("texts")
    if not isinstance(texts, dict):
        raise Unreadable("texts is missing or not an object")
    values: Answer = {name: _text(item, name) for name in FACTS if name != "pem"}
    values |= {name: _text(texts, name) for name in (*GLANCE, *SHORT)} | {name: _list(texts, name) for name in LISTS}
    values |= {name: _number(item, name) for name in ("patients", "controls")}
    values |= {"method_flags": _list(item, "method_flags"), "definitions": _rows(item)}
    try:
        coding = definitions.read_coding(item, definitions.shipped())
        badge = pem.derive(design=coding.design, rows=coding.rows, statement=coding.statement)
    except pem.PemError as error:
        return wording.from_values(values), [f"Checked without a PEM badge: {error}."]
    cohorts = tuple((name, part.value) for name, part in badge.cohorts)
    return wording.from_values(values | {"pem": badge.value}, cohorts=cohorts), []


def as_data(finding: Finding) -> Answer:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "blocking": finding.is_blocking,
        "field": finding.field,
        "line": None if finding.item is None else finding.item + 1,
        "place": {"start": finding.start, "end": finding.end, "words": finding.words, "context": finding.context},
        "message": finding.message,
        "better": finding.better,
    }


def as_text(found: Answer) -> str:
    if "error" in found:
        return printable(f"{found['name']}\n  unreadable: {found['error']}")
    lines = [f"{found['name']}: {found['blocking']} blocking, {found['advisory']} advisory"]
    for finding in found["findings"]:
        line, place = finding["line"], finding["place"]
        where = f"{finding['field']}, line {line}" if line else finding["field"]
        at = f" at {place['start']}-{place['end']}: “{place['words']}”" if place["words"] else ""
        lines += [f"  {finding['severity']} {finding['rule']} in {where}{at}", f"    {finding['message']}"]
        lines.append(f"    Better: {finding['better']}")
    return printable("\n".join([*lines, *(f"  {remark}" for remark in found["remarks"])]))


def total(answers: list[Answer]) -> str:
    blocking, advisory = (sum(found.get(kind, 0) for found in answers) for kind in ("blocking", "advisory"))
    unreadable = sum("error" in found for found in answers)
    return f"{len(answers)} read: {blocking} blocking, {advisory} advisory, {unreadable} unreadable (rules {wording.VERSION})"


def printable(text: str) -> str:
    """Nothing in a file may steer the terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)


def _text(item: Mapping[str, Any], name: str) -> str:
    return _sound(item.get(name) or "", name)


def _list(item: Mapping[str, Any], name: str) -> list[str]:
    value = item.get(name) or []
    if not isinstance(value, list):
        raise Unreadable(f"{name} is not a list")
    return [_sound(line, name) for line in value]


def _sound(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise Unreadable(f"{name} is not text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unreadable(f"{name} holds half a character") from None
    return value


def _number(item: Mapping[str, Any], name: str) -> int | None:
    value = item.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise Unreadable(f"{name} is not a whole number")
    return value


def _rows(item: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = item.get("case_definitions") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("case_definitions is not a list of objects")
    return [{name: _text(row, name) for name in ("definition", "role", "cohort")} for row in rows]
