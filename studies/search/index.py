"""The process's facet index, always at the present public state of the database that is read.

A replica may be a moment behind the primary. So there is a catalogue for each database that the process reads, and one for
both while they are at the same state: nobody gets a mixture, and nothing is built anew because readers change places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from threading import Lock

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext_noop as _

from atlas_site.replicas.choice import connection_to_read, database_to_read
from studies.compiled import Compiled
from studies.models import CaseDefinition, GlossaryTerm, PublicState, Revision, Study, StudyDefinition, Topic
from studies.search import facets
from studies.search.adapters import adapter
from studies.search.bitmaps import Order
from studies.search.collation import in_order, title_keys
from studies.search.facets import WITH_TEXT, WITHOUT_TEXT, Index, Row
from studies.search.synonyms import Synonyms
from studies.vocabulary import APPLIED, Design, EvidenceLevel, PeerReview, Pem, Retraction

# The counter alone cannot tell a restored backup from the state before; the newest hash of the history can.
PublicMoment = tuple[int, str]


MOST_MOVES, MOST_MOVED = 20, 500  # what is kept for those who follow the moves; after a larger one they begin anew


@dataclass(frozen=True)
class Move:
    """The studies that changed after a public counter."""

    after: int
    ids: frozenset[int]

    @cached_property
    def documents(self) -> Mapping[int, Sequence[str]]:
        """The columns of their search documents now; a study that is not public has none. One query, the first time."""
        return adapter().documents(connection_to_read(), sorted(self.ids)) if self.ids else {}


@dataclass(frozen=True)
class Catalogue:
    """All that the search needs in the process, as of one public state. Never changed after it is made.

    `line` is new whenever the index was built from nothing: what is kept under an older line may be of another history.
    """

    line: int
    state: PublicMoment
    index: Index
    definitions: Mapping[str, str]
    topics: Mapping[str, str]
    synonyms: Synonyms
    moves: tuple[Move, ...] = ()

    def moves_since(self, counter: int) -> Sequence[Move] | None:
        """What changed since a catalogue of the same line with this counter; None where that is not known any more."""
        known = [place for place, move in enumerate(self.moves) if move.after == counter]
        return self.moves[known[0] :] if known else None

    @property
    def key(self) -> tuple[int, PublicMoment]:
        """Stands for this catalogue where answers are kept."""
        return (self.line, self.state)

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """English label of every value of every facet, in the order of the vocabulary."""
        return {
            "pem": dict(Pem.choices),
            "design": dict(Design.choices),
            "definition": self.definitions,
            "topic": self.topics,
            "level": dict(EvidenceLevel.choices),
            "peer_review": dict(PeerReview.choices),
            "retraction": dict(Retraction.choices),
            "text": {WITH_TEXT: _("With a summary"), WITHOUT_TEXT: _("No summary yet")},
        }

    @cached_property
    def title_keys(self) -> Mapping[int, str]:
        """Read when a reader first sorts by title; from then on only the changed studies are."""
        return title_keys(Q())

    @cached_property
    def by_title(self) -> Order:
        return Order(in_order(self.title_keys))


_state: Compiled[PublicMoment] = Compiled(lambda: PublicState.objects.values_list("counter", "newest_hash"))
_lines = count(1)
_lock = Lock()
_held: dict[str, Catalogue] = {}  # by database, that which was moved last at the end
MOST_HELD = 2  # at a million studies a catalogue is large


def current() -> Index:
    """The facet index at the present public state."""
    return catalogue().index


def catalogue() -> Catalogue:
    """The catalogue at the present public state: one query where nothing changed, else only what changed is read."""
    database = database_to_read()
    held = _held.get(database)
    if held is not None and held.state == public_moment():
        return held
    with _lock:
        state = public_moment()  # again: whoever waited here for another thread would go back to what it saw before
        made = _at(state) or _made(state, _before(state))
        _hold(database, made)
        return made


def _at(state: PublicMoment) -> Catalogue | None:
    """The catalogue of this state, whichever database it was read from."""
    return next((held for held in _held.values() if held.state == state), None)


def _before(state: PublicMoment) -> Catalogue | None:
    """The newest catalogue of a state that this one comes after."""
    older = [held for held in _held.values() if _follows(state, held.state)]
    return max(older, key=lambda held: held.state[0], default=None)


def _hold(database: str, made: Catalogue) -> None:
    """Keep it for this database. What was not moved for longest gives way: that database is away, or nobody asks it."""
    _held.pop(database, None)
    _held[database] = made
    while len(_held) > MOST_HELD:
        _held.pop(next(iter(_held)))


def forget() -> None:
    """Drop all catalogues; the next reader builds one from the database."""
    with _lock:
        _held.clear()


def public_moment() -> PublicMoment:
    """The public state as the database has it now: its counter and the newest hash of the history. One query."""
    return next(iter(_state()), (0, ""))


def _made(state: PublicMoment, held: Catalogue | None) -> Catalogue:
    if held is None:
        return Catalogue(next(_lines), state, facets.build(_rows(Q())), *_words())
    changed = Q(public_counter__gt=held.state[0])
    move = Move(held.state[0], frozenset(Study.objects.filter(changed).values_list("id", flat=True)))
    made = Catalogue(
        held.line, state, facets.update(held.index, _rows(changed), move.ids), *_words(), moves=_moves(held.moves, move)
    )
    _keep_titles(made, held, move.ids, changed)
    return made


def _words() -> tuple[dict[str, str], dict[str, str], Synonyms]:
    """Definitions, topics and synonyms; they are few, so that they are read whole each time."""
    return (
        dict(CaseDefinition.objects.values_list("slug", "name")),
        dict(Topic.objects.order_by("label").values_list("slug", "label")),
        Synonyms.of(GlossaryTerm.objects.filter(in_search=True).values_list("term", "aliases")),
    )


def _moves(known: tuple[Move, ...], move: Move) -> tuple[Move, ...]:
    return (*known[1 - MOST_MOVES :], move) if len(move.ids) <= MOST_MOVED else ()


def _keep_titles(made: Catalogue, held: Catalogue, gone: Collection[int], changed: Q) -> None:
    """Hand over the titles that were read already, with those of the changed studies read anew."""
    old = held.__dict__.get("title_keys")
    if old is not None:
        made.__dict__["title_keys"] = {id_: key for id_, key in old.items() if id_ not in gone} | title_keys(changed)


def _follows(state: PublicMoment, old: PublicMoment) -> bool:
    """Whether the database has the history that the old state had, and more."""
    return state[0] > old[0] and bool(old[1]) and Revision.objects.filter(hash=old[1]).exists()


_COLUMNS = ("id", "pem", "design", "evidence_level", "peer_review", "retraction_status", "public_counter")


def _rows(which: Q) -> Iterator[Row]:
    """The published studies among `which`, in three narrow queries."""
    public = Study.objects.published().filter(which)
    definitions = _lists(
        StudyDefinition.objects.filter(study__in=public, role__in=APPLIED).values_list("study", "definition__slug")
    )
    topics = _lists(Study.topics.through.objects.filter(study__in=public).values_list("study", "topic__slug"))
    with_texts = ExpressionWrapper(~Q(summary=""), output_field=BooleanField())
    rows = public.annotate(texts=with_texts).values_list(*_COLUMNS, "published_on", "changed_at", "texts")
    for id_, pem, design, level, peer_review, retraction, counter, day, changed, texts in rows.iterator():
        yield Row(
            id=id_,
            values={
                "pem": (pem,),
                "design": (design,),
                "definition": definitions.get(id_, ()),
                "topic": topics.get(id_, ()),
                "level": (level,),
                "peer_review": (peer_review,),
                "retraction": (retraction,),
                "text": (WITH_TEXT if texts else WITHOUT_TEXT,),
            },
            year=day.year if day else None,
            day=day.toordinal() if day else 0,
            changed=int(changed.timestamp()) if changed else 0,
            counter=counter,
        )


def _lists(pairs) -> Mapping[int, set[str]]:  # type: ignore[no-untyped-def]
    lists: dict[int, set[str]] = defaultdict(set)
    for study, slug in pairs.order_by().iterator():
        lists[study].add(slug)
    return lists
