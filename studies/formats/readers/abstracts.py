"""Sections of an abstract that a source wrote as one text with labels inside. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from studies.formats.readers.cleaning import Sections, section_label

# Indexes write labels in capitals; journals write these words, and no others count, for a colon alone proves nothing.
_WORDS = (
    r"abstract|aims?|aims? and objectives?|background|background and aims?|background and purpose|case report|case presentation|"
    r"conclusions?|conclusions? and relevance|context|data sources|design|discussion|findings|importance|interpretation|"
    r"introduction|limitations|main outcome measures?|main results|materials? and methods?|methods?|methods and results|"
    r"objectives?|outcomes?|participants|patients and methods|purpose|rationale|results|results and conclusions?|setting|"
    r"significance|subjects|trial registration"
)
_LABEL = re.compile(
    rf"(?:^|(?<=[.?!)\]]\s))(?P<label>[A-Z][A-Z0-9 ,/&'()-]{{2,69}}|(?i:{_WORDS}))\s?(?::|\.-)\s+(?=\S)", re.MULTILINE
)
_FEWEST = 2


def split_labels(sections: Sequence[tuple[str, str]]) -> Sections:
    """Sections as they are, or those of a single text that begins with a label and holds another."""
    if len(sections) != 1 or sections[0][0]:
        return tuple(sections)
    text = sections[0][1]
    labels = list(_LABEL.finditer(text))
    if len(labels) < _FEWEST or labels[0].start() > 0:
        return tuple(sections)
    ends = [*(label.start() for label in labels[1:]), len(text)]
    return tuple(
        (section_label(label["label"]), text[label.end() : end].strip())
        for label, end in zip(labels, ends, strict=True)
    )
