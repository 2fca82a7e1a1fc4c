"""Studies as entries of a feed: the finding never without its badge, its limit and its retraction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings

from studies.bibliography import record_of
from studies.feeds.entries import Entry, tag
from studies.formats.notes import marked_title
from studies.identifiers import doi_link
from studies.models import Study
from studies.sentences import retraction_sentence, source_line, who
from studies.serializers import flag_to_dict, in_order
from studies.vocabulary import Pem, Retraction

NO_SUMMARY = "No summary yet."
SAMPLE = "The texts are samples, not reviewed."


def entries(ids: Sequence[int]) -> Iterator[Entry]:
    """In this order. Four queries; what was withdrawn a moment ago is left out."""
    rows = (
        Study.objects.published()
        .filter(pk__in=ids)
        .defer("editor_notes")
        .prefetch_related("authors", "topics", "flags")
    )
    for study in in_order(rows.order_by(), ids):
        yield entry(study)


def entry(study: Study) -> Entry:
    """Wants its authors, topics and flags fetched. A study that was merged or renamed keeps its name."""
    record = record_of(study)
    at = study.changed_at or study.published_at
    if at is None or study.published_at is None:
        raise ValueError("only a study that was published stands in a feed")
    return Entry(
        id=name_of(study.pk),
        title=marked_title(record),
        link=record.atlas_url,
        about=doi_link(study.doi) if study.doi else "",
        text=" ".join(sentences(study)),
        published=study.published_at,
        updated=at,
        tags=[Pem(study.pem).label, *(topic.label for topic in study.topics.all())],
        data={
            "version": study.version,
            "pem": study.pem,
            "retraction": study.retraction_status,
            "flags": [flag_to_dict(flag) for flag in study.flags.all()],
            "sample": study.is_sample,
            "key_point": study.key_point,
            "main_limitation": study.main_limitation,
            "doi": study.doi,
            "pmid": study.pmid,
        },
    )


def name_of(study: int) -> str:
    return tag(settings.ATLAS_URL, "study", str(study))


def sentences(study: Study) -> Iterator[str]:
    """What a reader must know first, then the finding with its limit."""
    if study.retraction_status != Retraction.NONE:
        yield retraction_sentence(study)
    yield from (f"{flag.get_kind_display()}: {flag.reason}" for flag in study.flags.all())
    yield f"{source_line(study)}."
    yield f"{Pem(study.pem).label}."
    yield who(study)
    yield from _finding(study) if study.has_texts else [NO_SUMMARY]
    if study.changed_at:
        yield f"Version {study.version} of {study.changed_at.date()}."


def _finding(study: Study) -> Iterator[str]:
    yield f"What they found: {study.key_point}"
    yield f"What it does not show: {study.main_limitation}"
    if study.is_sample:
        yield SAMPLE
