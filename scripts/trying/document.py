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


def unattended(text: str) -> str:
    """The document of an older state, where certbot would ask a person whether news may be sent."""
    return text.replace("certbot certonly --webroot", "certbot certonly --non-interactive --webroot")


def sealed(text: str) -> str:
    """The document as whoever sealed the keys reads it ("Sealed keys")."""
    text = text.replace("runuser -u atlas -- .venv/bin/python manage.py", "atlas-manage")
    collect = ".venv/bin/python manage.py collectstatic"
    return text.replace(collect, f"SECRET_KEY=for-collecting-files-only {collect}")


def settings(block: str) -> list[str]:
    """The lines of the first file of settings in these commands whose values stand there as they are."""
    lines = block.partition("<<END\n")[2].partition("\nEND")[0].splitlines()
    return [line for line in lines if "$" not in line]


def filled(block: str, places: dict[str, str]) -> str:
    """The block with what its reader puts in the place of a word that stands for something."""
    for word, value in places.items():
        block = re.sub(rf"\b{re.escape(word)}\b", value.replace("\\", r"\\"), block)
    return block
