"""Formatted citations of many studies as one text, in Vancouver, APA or Harvard style. Pure.

Under each citation, set in, stands what must not get lost when it is copied: the PEM criterion, the main limit, the entry.
"""

from collections.abc import Callable
from dataclasses import dataclass

from studies.formats import citation
from studies.formats.frame import Frame, Origin
from studies.formats.notes import atlas_note
from studies.records import Record

MEDIA_TYPE = "text/plain"


@dataclass(frozen=True)
class Style:
    """A writer like the modules beside this one: `SUFFIX`, `MEDIA_TYPE`, `FRAME` and `render`."""

    name: str
    cite: Callable[[Record], str]
    MEDIA_TYPE: str = MEDIA_TYPE

    @property
    def SUFFIX(self) -> str:  # noqa: N802 - named as in the modules
        return f"{self.name.lower()}.txt"

    @property
    def FRAME(self) -> Frame:  # noqa: N802
        return Frame(self._begin, between="\n")

    def _begin(self, origin: Origin) -> str:
        return f"References in {self.name} style. {origin.line}\n\n"

    def render(self, record: Record) -> str:
        note = atlas_note(record)
        return f"{self.cite(record)}\n" + (f"    [{note}]\n" if note else "")


VANCOUVER = Style("Vancouver", citation.vancouver)
APA = Style("APA", citation.apa)
HARVARD = Style("Harvard", citation.harvard)
