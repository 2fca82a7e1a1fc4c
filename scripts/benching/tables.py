"""Tables in Markdown, and the words that all reports share. Pure."""

from collections.abc import Iterable, Sequence

ENGINES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
Row = Sequence[object]


def table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
