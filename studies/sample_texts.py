"""Publishing the texts of the sample atlas: guides, start-here paths, questions. Like its studies, without a named person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from studies import guides, public_state, text_history
from studies.models import GlossaryTerm, Guide
from studies.sample_files import FOLDER
from studies.vocabulary import StaffRole
from studies.vocabulary_desk import GuideKind, GuideState

FILES = {GuideKind.GUIDE: "guides.json", GuideKind.START: "starts.json", GuideKind.QUESTION: "questions.json"}
NOTE = "Sample text, written for demonstration. No clinician has reviewed it."
DEPTHS = ("glance", "short", "deep", "known", "thought", "unknown")  # in the files a list of paragraphs


def texts() -> Iterator[tuple[Guide, list[str]]]:
    """Every sample text, unsaved, with the slugs of its terms; in the order in which readers see them."""
    for kind, name in FILES.items():
        rows = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        for number, row in enumerate(rows, start=1):
            yield Guide(kind=kind, position=number * 10, **_columns(row)), row.get("terms", [])


def written_by_others() -> int:
    """How many guides, paths and questions did not begin as a sample."""
    return Guide.objects.exclude(revisions__approver_role=StaffRole.SAMPLE_IMPORT).count()


@transaction.atomic
def publish_sample_texts() -> tuple[int, list[str]]:
    """Publish the sample texts whose address is free; returns how many, and why any of them was left out.

    Each becomes version 1 with the role "sample import". A text that is there already stays as it is. The public counter
    moves once, when anything was published.
    """
    taken = set(Guide.objects.values_list("kind", "slug"))
    made, left_out = 0, []
    for text, terms in texts():
        if (text.kind, text.slug) in taken:
            continue
        if found := guides.problems(text):
            left_out.append(f"{text.title} {' '.join(found)}")
            continue
        _publish(text, terms)
        made += 1
    if made:
        public_state.move_counter()
    return made, left_out


def _publish(text: Guide, terms: list[str]) -> None:
    text.save()
    text.terms.set(GlossaryTerm.objects.filter(slug__in=terms))
    values = guides.values_of(text)
    version = text_history.add(text, values=values, note=NOTE, role=StaffRole.SAMPLE_IMPORT, by=None)
    text.state, text.changed_at = GuideState.PUBLISHED, version.made_at
    text.save(update_fields=["state", "changed_at"])


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a guide from a row of a file."""
    plain = {name: row[name] for name in ("slug", "title", "audience", "sources", "steps") if name in row}
    depths = {name: "\n\n".join(row[name]) for name in DEPTHS if name in row}
    return plain | depths | {"reviewed_on": date.fromisoformat(row["reviewed_on"])}
