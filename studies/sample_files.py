"""The files of the sample atlas, read in the order in which they are loaded. Pure."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

from studies.incoming import Incoming, read_coded, read_listed

FOLDER = Path(__file__).parent / "sample"


def coded_papers() -> list[Incoming]:
    """The 34 papers with texts, case definitions and quotes."""
    items = json.loads((FOLDER / "sample_studies.json").read_text(encoding="utf-8"))
    return [read_coded(item) for item in items]


def listed_papers(*, everything: bool = False) -> Iterator[Incoming]:
    """The papers that nobody has read yet: 879 on ME/CFS, with `everything` 5,047 more on long COVID before them."""
    coded = {paper.record.pmcid for paper in coded_papers()}
    if everything:
        with lzma.open(FOLDER / "longcovid.jsonl.xz", "rt", encoding="utf-8") as lines:
            yield from map(read_listed, map(json.loads, lines))
    with (FOLDER / "mecfs.jsonl").open(encoding="utf-8") as lines:
        papers = map(read_listed, map(json.loads, lines))
        yield from (paper for paper in papers if paper.record.pmcid not in coded)
