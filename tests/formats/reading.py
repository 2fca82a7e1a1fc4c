"""The exports in tests/data/formats, and what readers make of them."""

import io
import lzma
from pathlib import Path
from types import ModuleType

from studies.formats.readers.refusals import Refusal, Unreadable
from studies.incoming import Incoming
from studies.records import Collective

FOLDER = Path(__file__).resolve().parent.parent / "data" / "formats"


def content(name: str) -> bytes:
    """A file as it came; `pubmed_xml/a.xml` may be kept packed as `a.xml.xz`."""
    path = FOLDER / name
    return path.read_bytes() if path.exists() else lzma.decompress(path.with_name(path.name + ".xz").read_bytes())


def names(folder: str) -> list[str]:
    """Every file of that folder by its own name, packed or not."""
    return sorted(f"{folder}/{path.name.removesuffix('.xz')}" for path in (FOLDER / folder).iterdir())


def read(reader: ModuleType, data: bytes) -> list[Incoming | Refusal]:
    return list(reader.read(io.BytesIO(data)))


def only(reader: ModuleType, data: bytes) -> Incoming:
    [paper] = read(reader, data)
    assert isinstance(paper, Incoming), paper
    return paper


def until_stopped(reader: ModuleType, data: bytes) -> tuple[list[Incoming | Refusal], str]:
    """What was read before the file could not be read on, and the message; the message is empty for a sound file."""
    found: list[Incoming | Refusal] = []
    try:
        for each in reader.read(io.BytesIO(data)):
            found.append(each)  # noqa: PERF402 - what came before the fault must be kept
    except Unreadable as fault:
        return found, str(fault)
    return found, ""


def people(paper: Incoming) -> list[str]:
    """Authors as `family, given`, groups as `= name`."""
    return [
        f"= {each.name}" if isinstance(each, Collective) else f"{each.family}, {each.given}"
        for each in paper.record.authors
    ]


def labels(paper: Incoming) -> list[str]:
    return [label for label, _ in paper.abstract.sections] if paper.abstract else []
