"""The parts in which the glossary is shown, so that each page stays light. Pure."""

PARTS = ("a-d", "e-m", "n-z")


def part_of(slug: str) -> str:
    """The part that holds a term with this slug; one that begins with a digit stands in the first."""
    return next((part for part in PARTS if slug[:1] <= part[-1]), PARTS[-1])


def chosen(text: str) -> str:
    """The part that an address asks for; anything else is the first."""
    return text if text in PARTS else PARTS[0]


def label(part: str) -> str:
    return " to ".join(part.upper().split("-"))
