"""What the tests of the API share: a client that reads JSON, and the document with answers that fit it."""

import re
from typing import Any

import jsonschema_rs
from django.test import Client
from django.urls import reverse

BASE = "/api/v1/"


class Asked:
    """One answer: its status, headers, and what stands in it."""

    def __init__(self, path: str, client: Client | None = None, **headers: str) -> None:
        self.response = (client or Client(raise_request_exception=False)).get(BASE + path, headers=headers)
        self.status, self.headers = self.response.status_code, self.response.headers
        self.data: Any = self.response.json() if self.response.content else None

    def __getitem__(self, name: str) -> Any:
        return self.data[name]


def ask(path: str, **headers: str) -> Asked:
    return Asked(path, **headers)


def document() -> dict[str, Any]:
    return ask("openapi.json").data


def operation_of(made: dict[str, Any], path: str) -> dict[str, Any]:
    """The operation of the document that answers this path (without its query)."""
    for template, item in made["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), BASE + path.partition("?")[0]):
            return item["get"]
    raise AssertionError(f"no operation for {path}")


def faults(made: dict[str, Any], path: str, asked: Asked) -> list[str]:
    """What in an answer the document does not say; also members that it does not know."""
    answers = operation_of(made, path)["responses"]
    content = answers[str(asked.status)]["content"][asked.headers["Content-Type"]]
    schema = {**closed(content["schema"]), "components": closed(made["components"])}
    return [
        f"{'/'.join(map(str, each.instance_path))}: {each.message}"
        for each in jsonschema_rs.iter_errors(schema, asked.data)
    ]


def closed(schema: Any) -> Any:
    """The schema with no other members allowed than those it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(each) for name, each in schema.items()}
    return (
        made | {"additionalProperties": False} if isinstance(made.get("properties"), dict) and "type" in made else made
    )


def page() -> str:
    return reverse("studies:api")
