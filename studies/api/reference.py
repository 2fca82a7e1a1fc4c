"""The document of the API as a page needs it: calls with their parameters and answers, shapes, problems, examples."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.http import urlencode

from studies.api.document import document, operations
from studies.api.problems import KINDS, Kind
from studies.search import index

Data = dict[str, Any]

PROGRAMS = {"Python": "api.py", "JavaScript": "api.mjs"}
MOST_SHOWN = 12  # values of a parameter; the rest stand in the document


@dataclass(frozen=True)
class Parameter:
    name: str
    needed: bool
    meaning: str
    limits: str


@dataclass(frozen=True)
class Call:
    """One call; `example` is the address to try with its answer, or both are empty."""

    name: str
    address: str
    title: str
    meaning: str
    parameters: list[Parameter]
    statuses: list[tuple[str, str]]
    shape: str
    example: str
    asks: str
    answer: str


@dataclass(frozen=True)
class Member:
    name: str
    kind: str
    meaning: str


@dataclass(frozen=True)
class Shape:
    name: str
    meaning: str
    members: list[Member]


def reference() -> Data:
    """The context of the page. Queries: the public state, and what the document asks."""
    made = document(index.catalogue())
    return {
        "calls": [_call(path, each["get"]) for path, each in made["paths"].items()],
        "shapes": [_shape(name, each) for name, each in made["components"]["schemas"].items() if "properties" in each],
        "problems": list[Kind](KINDS),
        "meaning": made["info"]["description"],
        "programs": {name: program(file) for name, file in PROGRAMS.items()},
        "calls_number": len(list(operations(made))),
        "per_minute": settings.ATLAS_API_PER_MINUTE,
        "per_hour": settings.ATLAS_API_PER_HOUR,
    }


def program(file: str) -> str:
    return (settings.BASE_DIR / "docs" / "examples" / file).read_text(encoding="utf-8")


def _call(path: str, operation: Data) -> Call:
    success = operation["responses"]["200"]["content"]["application/json"]
    example = success.get("examples", {}).get("sample")
    return Call(
        name=operation["operationId"],
        address=path,
        title=operation["summary"],
        meaning=operation.get("description", ""),
        parameters=[_parameter(each) for each in operation["parameters"]],
        statuses=[(status, answer["description"]) for status, answer in operation["responses"].items()],
        shape=_kind(success["schema"]),
        example=_example_address(path, operation) if example else "",
        asks=example["summary"] if example else "",
        answer=json.dumps(example["value"], ensure_ascii=False, indent=1) if example else "",
    )


def _example_address(path: str, operation: Data) -> str:
    given = {each["name"]: each for each in operation["parameters"] if "example" in each}
    for name, each in given.items():
        if each["in"] == "path":
            path = path.replace(f"{{{name}}}", str(each["example"]))
    query = {name: each["example"] for name, each in given.items() if each["in"] == "query"}
    joined = {name: ",".join(value) if name == "fields" else value for name, value in query.items()}
    return f"{path}?{urlencode(joined, doseq=True).replace('%2C', ',')}" if joined else path


def _parameter(given: Data) -> Parameter:
    limits = "; ".join(_limits(given["schema"]))
    return Parameter(given["name"], bool(given.get("required")), given.get("description", ""), limits)


def _limits(schema: Data) -> Iterator[str]:
    """What may stand there, in words."""
    choices = schema.get("enum") or schema.get("items", {}).get("enum")
    if choices:
        more = f" and {len(choices) - MOST_SHOWN} more" if len(choices) > MOST_SHOWN else ""
        yield ", ".join(map(str, choices[:MOST_SHOWN])) + more
    elif schema.get("type") == "integer":
        yield (
            f"{schema.get('minimum', 0)} to {schema['maximum']}" if "maximum" in schema else "a whole number from 1 on"
        )
    elif "maxLength" in schema:
        yield f"at most {schema['maxLength']} characters"
    if schema.get("default") not in (None, "", []):
        yield f"{schema['default']} where it is left out"


def _shape(name: str, schema: Data) -> Shape:
    needed = schema.get("required", [])
    members = [
        Member(
            each,
            _kind(part) + ("" if each in needed else ", may be missing"),
            part.get("description", ""),
        )
        for each, part in schema["properties"].items()
    ]
    return Shape(name, schema.get("description", ""), members)


def _kind(schema: Data) -> str:
    """What a member holds, in a few words: text, number, yes or no, list of …, or the name of a shape."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_kind(schema['items'])}"
    return {"string": "text", "integer": "number", "boolean": "true or false", "object": "object", "null": "null"}.get(
        kind, kind
    )
