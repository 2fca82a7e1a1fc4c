"""The words that a spelling may be corrected to: all of them public, read once and from then on where they change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from django.db.models import Q

from studies.models import Author, GlossaryTerm, Study
from studies.search.index import Catalogue
from studies.search.spellings import Key, Spellings

# The words of so many studies, newest first, are enough to correct a spelling and quick to read.
MOST_READ = 20_000
_SPELLED = ("title", "question", "key_point", "main_limitation", "summary", "limitations", "journal")


@dataclass(frozen=True)
class _Held:
    """The words as of a public counter, in the line of a catalogue."""

    line: int
    counter: int
    spellings: Spellings


_lock = Lock()
_held: _Held | None = None


def spellings(catalogue: Catalogue) -> Spellings:
    """The words as of this catalogue, or of a newer one that another thread has seen.

    Queries: none where nothing changed, else five for what changed; the first time, and when too much is kept, for all.
    """
    global _held  # noqa: PLW0603 - one for the process is the point
    with _lock:
        if _held is None or _held.line != catalogue.line or _held.counter < catalogue.state[0]:
            _held = _Held(catalogue.line, catalogue.state[0], _made(catalogue, _held))
        return _held.spellings


def forget() -> None:
    """Drop the words; the next misspelling reads them from the database."""
    global _held  # noqa: PLW0603
    with _lock:
        _held = None


def _made(catalogue: Catalogue, held: _Held | None) -> Spellings:
    names = dict(_names(catalogue))
    if held is None or held.line != catalogue.line or len(held.spellings) > 2 * MOST_READ:
        return Spellings([*names.items(), *_texts(Q())])
    changed = Q(public_counter__gt=held.counter)
    gone = [key for key in held.spellings if isinstance(key, str)]
    gone_studies = Study.objects.filter(changed).values_list("pk", flat=True)
    return Spellings([*names.items(), *_texts(changed)], held.spellings, [*gone, *gone_studies])


def _names(catalogue: Catalogue) -> Iterator[tuple[Key, str]]:
    """What is named beside the studies. It is little, so that it is read whole each time."""
    yield from ((f"definition {slug}", name) for slug, name in catalogue.definitions.items())
    yield from ((f"topic {slug}", label) for slug, label in catalogue.topics.items())
    for term, aliases in GlossaryTerm.objects.values_list("term", "aliases"):
        yield f"term {term}", " ".join([term, *aliases])


def _texts(which: Q) -> Iterator[tuple[Key, str]]:
    """Texts, journal and authors of the newest published studies among `which`, by study."""
    newest = Study.objects.published().filter(which).newest_first()[:MOST_READ]
    families: dict[int, list[str]] = defaultdict(list)
    authors = Author.objects.filter(study__in=newest.values("pk")).order_by()
    for study, family in authors.values_list("study", "family").iterator():
        families[study].append(family)
    for study, *texts in newest.values_list("pk", *_SPELLED).iterator():
        yield study, " ".join([*texts, *families[study]])
