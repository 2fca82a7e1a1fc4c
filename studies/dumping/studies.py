"""The published studies of a release, in the shape of the API, with their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studies.dumping.states import AtlasState
from studies.models import Study
from studies.serializers import complete, study_to_dict

CHUNK = 200


def study_lines(state: AtlasState) -> Iterator[dict[str, Any]]:
    """In order of number; no more than a chunk of them is in memory. Each names the release that it is from."""
    last = 0
    while chunk := list(complete(Study.objects.published().filter(pk__gt=last).order_by("pk"))[:CHUNK]):
        for study in chunk:
            yield {"id": study.pk, "release": state.name, **study_to_dict(study)}
        last = chunk[-1].pk
