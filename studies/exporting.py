"""Studies as files: every format by its suffix, of one study or of any number of them, a hundred held at a time.

A file of many is read in pieces, each of a fixed number of queries, so that the whole atlas takes no more memory than one
piece. What is withdrawn between the search and its piece is left out; every entry names the version it shows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.translation import override

from studies.bibliography import record_of
from studies.compiled import Compiled
from studies.formats import bibtex, csl, mods, nbib, overview, reference_list, ris, study_json, tabular
from studies.formats.frame import Frame, Origin
from studies.gathering import MOST, fetched, with_authors
from studies.models import Flag, Study
from studies.search.index import PublicMoment, public_moment
from studies.serializers import LABELS_IN, PARTS, study_to_dict

PIECE = MOST

# What a reference is made of; all else of a study stays in the database.
_REFERENCE = (
    *("slug", "state", "version", "changed_at", "title", "authors_complete", "journal", "journal_abbreviation", "issn"),
    *(
        "volume",
        "issue",
        "pages",
        "published_on",
        "published_precision",
        "doi",
        "pmid",
        "pmcid",
        "preprint_doi",
        "language",
    ),
    *(
        "retraction_status",
        "retraction_notice_doi",
        "retraction_on",
        "peer_review",
        "pem",
        "main_limitation",
        "is_sample",
    ),
)


class Writer(Protocol):
    """A module of `formats`: `render` makes one entry of what the format is made from."""

    SUFFIX: str
    MEDIA_TYPE: str
    FRAME: Frame
    render: Callable[[Any], str]


@dataclass(frozen=True)
class Format:
    """`entries` reads studies by id, in that order, as what `writer` renders; `holds` says which of them it can."""

    name: str
    writer: Writer
    entries: Callable[[Sequence[int], Origin], Iterable[Any]]
    holds: Callable[[Any], bool] = lambda entry: True

    @property
    def suffix(self) -> str:
        return self.writer.SUFFIX

    @property
    def media_type(self) -> str:
        return self.writer.MEDIA_TYPE


_references: Compiled[Study] = Compiled(
    lambda *ids: Study.objects.published().filter(pk__in=ids).only(*_REFERENCE).order_by()
)


def references(ids: Sequence[int], origin: Origin) -> Iterator[Any]:
    """Bibliographic records. Three queries."""
    flags = _flags_of(ids)
    with override(LABELS_IN):
        for study in with_authors(ids, _references):
            yield record_of(study, flags=flags[study.pk], atlas_state=origin.state)


def _flags_of(ids: Sequence[int]) -> defaultdict[int, list[Flag]]:
    found: defaultdict[int, list[Flag]] = defaultdict(list)
    for flag in Flag.objects.filter(study__in=ids):
        found[flag.study_id].append(flag)
    return found


def whole_studies(ids: Sequence[int], origin: Origin) -> Iterator[dict[str, Any]]:
    """Everything public, as the serializer tells it. Ten queries at most."""
    return map(study_to_dict, fetched(ids, PARTS))


def rows_of_studies(ids: Sequence[int], origin: Origin) -> Iterator[dict[str, Any]]:
    """The same with the state of the atlas, for formats in which every row has to say it."""
    meta = origin.values
    return ({**study, "meta": meta} for study in whole_studies(ids, origin))


FORMATS: dict[str, Format] = {
    found.suffix: found
    for found in (
        Format("RIS", cast(Writer, ris), references),
        Format("BibTeX", cast(Writer, bibtex), references),
        Format("NBIB", cast(Writer, nbib), references, nbib.holds),
        Format("CSL-JSON", cast(Writer, csl), references),
        Format("MODS", cast(Writer, mods), references),
        Format("CSV", cast(Writer, tabular), rows_of_studies),
        Format("JSON", cast(Writer, study_json), whole_studies),
        Format("Markdown", cast(Writer, overview), whole_studies),
        Format("Vancouver", cast(Writer, reference_list.VANCOUVER), references),
        Format("APA", cast(Writer, reference_list.APA), references),
        Format("Harvard", cast(Writer, reference_list.HARVARD), references),
    )
}


def origin_now(*, asked: str = "", moment: PublicMoment | None = None, **more: Any) -> Origin:
    """Where a file that is made now comes from: the present public state. One query, none where `moment` is given."""
    counter, newest_hash = moment or public_moment()
    on = datetime.now(UTC).date()
    return Origin(url=f"{settings.ATLAS_URL}/", counter=counter, on=on, newest_hash=newest_hash, asked=asked, **more)


def stream(ids: Iterable[int], form: Format, origin: Origin) -> Iterator[bytes]:
    """The file of these studies in their order, piece by piece, in UTF-8. Ids of studies that are not public are left out."""
    frame = form.writer.FRAME
    yield frame.begin(origin).encode()
    divider = ""
    for piece in _pieces(ids):
        text = divider + frame.between.join(map(form.writer.render, filter(form.holds, form.entries(piece, origin))))
        if text != divider:
            yield text.encode()
            divider = frame.between
    yield frame.end.encode()


def _pieces(ids: Iterable[int]) -> Iterator[list[int]]:
    left = iter(ids)
    while piece := list(islice(left, PIECE)):
        yield piece


def alone(study: Study, form: Format, origin: Origin) -> bytes:
    """The file of one published study. Raises what the writer raises where the format cannot hold the study."""
    frame = form.writer.FRAME
    entries = map(form.writer.render, form.entries([study.pk], origin))
    return (frame.begin(origin) + frame.between.join(entries) + frame.end).encode()
