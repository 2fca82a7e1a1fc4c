"""The blocks of commands of docs/operations.md, in their order. Pure."""

import re

BLOCK = re.compile(r"^```\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)


def blocks(text: str, heading: str) -> list[str]:
    """The commands below this heading, up to the next one. An unknown heading is a ValueError."""
    found = [each for each in HEADING.finditer(text) if each.group(1) == heading]
    if len(found) != 1:
        raise ValueError(f"There is no single heading {heading!r}.")
    following = HEADING.search(text, found[0].end())
    return BLOCK.findall(text[found[0].end() : following.start() if following else len(text)])


def filled(block: str, places: dict[str, str]) -> str:
    """The block with what its reader puts in the place of a word that stands for something."""
    for word, value in places.items():
        block = re.sub(rf"\b{re.escape(word)}\b", value.replace("\\", r"\\"), block)
    return block
