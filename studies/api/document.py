"""The description of the API for programs: OpenAPI 3.1, from the schemas, with errors, headers and examples added.

What depends on the atlas (its case definitions and topics) is of the present public state.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from studies.api import problems
from studies.api.answers import NAME, as_text
from studies.api.contract import contract
from studies.api.parts import FIELDS
from studies.api.problems import (
    BUSY,
    FAULT,
    MEDIA_TYPE,
    METHOD,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    TOO_MANY,
    UNREADABLE,
    WITHDRAWN,
    WRONG_PARAMETER,
    Kind,
    body_of,
)
from studies.api.queries import SLUG
from studies.api.schemas import Problem
from studies.search import index
from studies.search.index import Catalogue
from studies.search.memory import Memory
from studies.serializers import TEXTS_LICENCE

Data = dict[str, Any]

EXAMPLES = Path(__file__).with_name("examples.json")
MEANING = (
    "Published ME/CFS studies, told carefully: what was found, in whom, how sure it is, and what it does not show. Everything "
    "here can be read and nothing can be written. A study of the atlas is its record about one paper; it is not the paper. "
    "Wherever you show a key point, show the main limitation, the PEM badge and the retraction beside it."
)
EVERYWHERE = (UNREADABLE, NOT_FOUND, METHOD, NOT_ACCEPTABLE, WRONG_PARAMETER, TOO_MANY, FAULT, BUSY)
MOVED = {"getStudy", "listRevisions", "getVersion", "compareVersions"}
PAGED = {"listStudies", "listRevisions", "listChanges"}
PATHS: dict[str, Data] = {
    "slug": {"schema": {"type": "string", "pattern": SLUG}, "description": "The last part of the address of its page."},
    "number": {"schema": {"type": "integer", "minimum": 1}, "description": "Number of the version; 1 is the first."},
    "old": {"schema": {"type": "integer", "minimum": 1}, "description": "Number of the one version."},
    "new": {"schema": {"type": "integer", "minimum": 1}, "description": "Number of the other version."},
}
HEADERS: dict[str, Data] = {
    "ETag": {"description": "Send it as If-None-Match: 304 says that nothing changed.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long the answer may be kept.", "schema": {"type": "string"}},
    "RateLimit-Limit": {"description": "Requests in one window.", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {"description": "Requests left in this window.", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "Seconds until the next window.", "schema": {"type": "integer"}},
}
LINK = {"description": 'The next page, with rel="next".', "schema": {"type": "string"}}

_kept: Memory[str] = Memory(most=1, largest=10_000_000, size=len)


def openapi(request: HttpRequest) -> HttpResponse:
    catalogue = index.catalogue()
    text = _kept.get(catalogue.key) or _kept.keep(catalogue.key, as_text(document(catalogue)))
    return HttpResponse(text, content_type="application/json")


def document(catalogue: Catalogue) -> Data:
    """The whole document, ready to be written as JSON."""
    made = json.loads(json.dumps(contract().get_openapi_schema(path_prefix=reverse("studies:api"))))
    made["info"] = {
        "title": NAME,
        "version": made["info"]["version"],
        "description": MEANING,
        "license": {"name": "CC BY 4.0 for texts, CC0 for facts", "url": TEXTS_LICENCE},
    }
    made["servers"] = [{"url": settings.ATLAS_URL, "description": "This atlas"}]
    made["tags"] = [{"name": name} for name in dict.fromkeys(each["tags"][0] for each in operations(made))]
    made["externalDocs"] = {"url": settings.ATLAS_URL + reverse("studies:api"), "description": "The same for people"}
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8").replace("{atlas}", settings.ATLAS_URL))
    for operation in operations(made):
        _complete(operation, catalogue, examples)
    schemas = made["components"]["schemas"] | _problem_schemas()
    made["components"] = {"schemas": _without_titles(dict(sorted(schemas.items()))), "headers": HEADERS}
    return made


def operations(made: Data) -> Iterator[Data]:
    for path in made["paths"].values():
        yield path["get"]


def _complete(operation: Data, catalogue: Catalogue, examples: Data) -> None:
    name = operation["operationId"]
    example = examples.get(name, {})
    operation["parameters"] = [_parameter(each, catalogue, example) for each in operation["parameters"]]
    success = operation["responses"]["200"]
    success["description"] = "The answer."
    success["headers"] = {each: {"$ref": f"#/components/headers/{each}"} for each in HEADERS}
    if name in PAGED:
        success["headers"] |= {"Link": LINK}
    if example:
        success["content"]["application/json"]["examples"] = {
            "sample": {"summary": example["asks"], "value": example["answer"]}
        }
    operation["responses"] |= _other_answers(name)


def _parameter(given: Data, catalogue: Catalogue, example: Data) -> Data:
    """A parameter with one schema and no null, which no address can hold."""
    name, schema = given["name"], given["schema"]
    for choice in schema.pop("anyOf", []):
        if choice != {"type": "null"}:
            schema |= choice
    schema = _without_titles({key: value for key, value in schema.items() if key not in {"description", "examples"}})
    schema.get("items", {}).pop("description", None)
    if name in {"definition", "topic"}:
        schema["items"] = {"type": "string", "enum": sorted(catalogue.labels[name]) or ["none"]}
    made = {key: value for key, value in given.items() if key != "examples"} | {"schema": schema}
    if given["in"] == "path":
        made |= PATHS[name]
    if name == "fields":
        choices = {"type": "string", "enum": list(FIELDS)}
        made["schema"] = {"type": "array", "items": choices, "uniqueItems": True, "minItems": 1}
        made |= {"style": "form", "explode": False}
    if name in example.get("parameters", {}):
        made["example"] = example["parameters"][name]
    return made


def _other_answers(name: str) -> Data:
    kinds = (*EVERYWHERE, WITHDRAWN) if name == "getStudy" else EVERYWHERE
    made: Data = {str(kind.status): _problem(kind) for kind in kinds}
    made["304"] = {"description": "Nothing changed since the answer with this ETag."}
    if name in MOVED:
        location = {"Location": {"description": "Where it is now.", "schema": {"type": "string"}}}
        made["301"] = {"description": "The study has another address, or was joined with another.", "headers": location}
    return dict(sorted(made.items()))


def _problem(kind: Kind) -> Data:
    shown = body_of(problems.Problem(kind, **EXTRA.get(kind.slug, {})))
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": shown}
    made: Data = {"description": f"{kind.title}. {kind.meaning}", "content": {MEDIA_TYPE: content}}
    if kind == TOO_MANY:
        made["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return made


EXTRA: dict[str, Data] = {
    WRONG_PARAMETER.slug: {"parameters": [{"name": "limit", "detail": "Input should be less than or equal to 100."}]},
    WITHDRAWN.slug: {
        "study": {
            "slug": "adams-2019-taken-back",
            "withdrawn_at": "2026-01-02T03:04:05Z",
            "reason": "The same paper twice.",
            "revisions": "https://atlas.example.org/api/v1/studies/adams-2019-taken-back/revisions",
        }
    },
}


def _problem_schemas() -> Data:
    """The schema of problems with what it is made of, by name."""
    made = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**made.pop("$defs"), "Problem": made}


def _without_titles(schema: Any) -> Any:
    """A schema without the titles that only repeat a name in other letters. A member called title has no text but a schema."""
    if isinstance(schema, list):
        return [_without_titles(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _without_titles(each) for name, each in schema.items() if name != "title" or not isinstance(each, str)
    }
