"""Cells of a CSV file that a spreadsheet opens: text that it would run as a formula is defused. Pure.

The rule can be undone without a loss: a cell that begins with an apostrophe lost nothing but that one character.
"""

from typing import Any

# What spreadsheets take for the beginning of a formula, their wide forms, and the mark itself.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
MARK = "'"


def defused(value: Any) -> Any:
    """Text that begins like a formula, or with the mark, gets the mark before it; everything else stays as it is."""
    return MARK + value if isinstance(value, str) and value.startswith(STARTS) else value


def restored(cell: str) -> str:
    """The text that `defused` was given."""
    return cell.removeprefix(MARK)
