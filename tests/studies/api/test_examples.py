"""The examples of the document are answers of the sample atlas. `ATLAS_WRITE_EXAMPLES=1` writes them anew."""

import json
import os
import re
from typing import Any

import pytest
from django.conf import settings

from studies.api.document import EXAMPLES, operations
from studies.api.reference import reference
from studies.models import Study
from tests.studies.api.asking import ask, document, faults
from tests.studies.pages import change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]

SHOWN = "shahbaz-2025-integrated-immune"
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "listStudies": (
        "one study in whom PEM was required, with a few members",
        {"pem": ["required"], "text": ["with"], "fields": ["title", "identifiers", "key_point"], "limit": 1},
    ),
    "countFacets": ("counts for studies in whom PEM was required", {"pem": ["required"]}),
    "getStudy": ("a study with everything", {"slug": SHOWN}),
    "lookUpStudy": ("a study by its DOI", {"id": "", "fields": ["title", "identifiers"]}),
    "listRevisions": ("the history of a study", {"slug": SHOWN, "limit": 20}),
    "getVersion": ("a study as it was first published", {"slug": SHOWN, "number": 1}),
    "compareVersions": ("what changed between two versions", {"slug": SHOWN, "old": 1, "new": 2}),
    "listDefinitions": ("all case definitions (the first one is shown)", {}),
    "getDefinition": ("one case definition", {"slug": "ccc-2003"}),
    "listTopics": ("all topics (the first one is shown)", {}),
    "getTopic": ("one topic", {"slug": "autoimmunity"}),
    "listChanges": ("the first change of the atlas", {"since": 0, "limit": 1}),
    "getMeta": ("what is answered from", {}),
}
FIXED = {
    r"\b[0-9a-f]{64}\b": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ": "2026-03-04T05:06:07Z",
    r"\bWy[\w-]+\.[\w-]{43}": "WyJleGFtcGxlIl0.a-signed-word",
    r'"release":"[0-9a-f]{12}"': '"release":"4e1243bd22c6"',
    re.escape(settings.ATLAS_URL): "{atlas}",
}


@pytest.fixture(autouse=True)
def _changed():
    """The study of the examples has a second version, with a clearer limit."""
    study = Study.objects.get(slug=SHOWN)
    change(study, main_limitation=study.main_limitation.rstrip(".") + ", and it looked at one moment only.")


def examples() -> dict[str, Any]:
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))


def answered(name: str) -> dict[str, Any]:
    asks, parameters = ASKED[name]
    if name == "lookUpStudy":
        parameters = parameters | {"id": Study.objects.get(slug=SHOWN).doi}
    template = next(path for path, item in document()["paths"].items() if item["get"]["operationId"] == name)
    path, query = template.removeprefix("/api/v1/"), []
    for key, value in parameters.items():
        if f"{{{key}}}" in path:
            path = path.replace(f"{{{key}}}", str(value))
        else:
            values = [",".join(value)] if key == "fields" else value if isinstance(value, list) else [value]
            query += [f"{key}={each}" for each in values]
    answer = ask(f"{path}?{'&'.join(query)}" if query else path)
    assert answer.status == 200
    text = json.dumps(answer.data, ensure_ascii=False, separators=(",", ":"))
    for pattern, replacement in FIXED.items():
        text = re.sub(pattern, replacement, text)
    data = json.loads(text)
    for shelf in ("definitions", "topics"):
        if isinstance(data.get(shelf), list):
            data[shelf] = data[shelf][:1]
    return {"asks": asks, "parameters": parameters, "answer": data}


def test_examples_are_what_the_sample_atlas_answers():
    now = {name: answered(name) for name in ASKED}
    if os.environ.get("ATLAS_WRITE_EXAMPLES"):
        EXAMPLES.write_text(json.dumps(now, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert examples() == now


def test_every_call_has_an_example_that_fits_its_schema():
    made = document()
    assert {each["operationId"] for each in operations(made)} == set(examples())
    for call in reference()["calls"]:
        path = call.example.removeprefix("/api/v1/")
        answer = ask(path)
        assert (path, answer.status, faults(made, path, answer)) == (path, 200, [])
