"""The sortable table of case definitions: its columns, and the rows in the order that a reader asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from studies import sorted_tables
from studies.models import CaseDefinition
from studies.sorted_tables import Column, Heading
from studies.vocabulary import DefinitionPem

STRICT_FIRST = [
    DefinitionPem.REQUIRED,
    DefinitionPem.PARTIAL,
    DefinitionPem.OPTIONAL,
    DefinitionPem.NOT_MENTIONED,
    DefinitionPem.VARIABLE,
]


@dataclass(frozen=True)
class Row:
    definition: CaseDefinition
    studies: int


def _strictness(row: Row) -> int:
    return STRICT_FIRST.index(DefinitionPem(row.definition.pem))


COLUMNS: list[Column[Row]] = [
    Column("name", _("Name"), lambda row: row.definition.name.casefold(), _("A to Z"), _("Z to A")),
    Column("year", _("Year"), lambda row: row.definition.year, _("oldest first"), _("newest first")),
    Column("pem", _("What it says of PEM"), _strictness, _("strictest first"), _("loosest first")),
    Column(
        "studies",
        _("Studies that used it"),
        lambda row: row.studies,
        _("fewest first"),
        _("most first"),
        largest_first=True,
    ),
]


def definition_rows(definitions: Iterable[CaseDefinition], studies: Mapping[str, int], sort: str) -> list[Row]:
    """Rows sorted by `sort`; by name where it names no column. `studies` counts them by the definition's slug."""
    return sorted_tables.in_order((Row(each, studies.get(each.slug, 0)) for each in definitions), COLUMNS, sort)


def headings(sort: str) -> list[Heading]:
    return sorted_tables.headings(COLUMNS, sort)
