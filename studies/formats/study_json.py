"""Studies as JSON: what the serializer gives, with the state of the atlas in `meta`. Pure."""

import json
from typing import Any

from studies.formats.frame import Frame, Origin

MEDIA_TYPE = "application/json"
SUFFIX = "json"


def _begin(origin: Origin) -> str:
    return f'{{"meta": {written(origin.values)},\n"studies": [\n'


FRAME = Frame(_begin, between=",\n", end="\n]}\n")


def render(study: dict[str, Any]) -> str:
    """One study, on one line."""
    return written(study)


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
