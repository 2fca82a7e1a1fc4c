"""Sources and steps of a guide, one a line: what an editor types on one side, the stored list on the other."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from studies.admin.fields import LONG

BAR = " | "


class RowsField(forms.CharField):
    """Lines of parts with a bar between them. `names` are the parts; the last ones may be left out."""

    names: tuple[str, ...] = ()
    compulsory = 1

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs=LONG), **options)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(BAR.join(row.get(name, "") for name in self.names).rstrip(" |") for row in value)

    def to_python(self, value: Any) -> list[dict[str, str]]:
        lines = [line.strip() for line in super().to_python(value).splitlines()]
        return [self._row(number, line) for number, line in enumerate(lines, start=1) if line]

    def validate(self, value: list[dict[str, str]]) -> None:
        """Each line was looked at while it was read."""

    def run_validators(self, value: list[dict[str, str]]) -> None:
        super().run_validators(" ".join(" ".join(row.values()) for row in value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (initial or []) != self.to_python(data)
        except ValidationError:
            return True

    def _row(self, number: int, line: str) -> dict[str, str]:
        parts = [part.strip() for part in line.split("|")]
        if len(parts) < self.compulsory or not all(parts[: self.compulsory]) or len(parts) > len(self.names):
            raise ValidationError(f"Line {number} is not written as “{BAR.join(self.names)}”.")
        return {name: part for name, part in zip(self.names, parts, strict=False) if part}


class StepsField(RowsField):
    names = ("title", "url", "note")
    compulsory = 2


class SourcesField(RowsField):
    """A reference, and where it is read: an https address, or the address of a study in the atlas."""

    names = ("text", "where")

    def prepare_value(self, value: Any) -> Any:
        rows = value if isinstance(value, list) else []
        typed = [{"text": row["text"], "where": row.get("url") or row.get("study", "")} for row in rows]
        return super().prepare_value(typed) if isinstance(value, list) else value

    def _row(self, number: int, line: str) -> dict[str, str]:
        row = super()._row(number, line)
        where = row.pop("where", "")
        if not where:
            return row
        return row | ({"study": where} if where == slugify(where) else {"url": where})
