"""Queries that are compiled once and asked again and again with other values.

To build a query and to write it as SQL costs several times what the database needs to answer it, so the pages that are
read most keep the SQL. What comes back is what the queryset itself would give: the same models, columns and conversions.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar, cast

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

Row = TypeVar("Row")
Value = int | str

# Far below every id and no text of a study, yet within what a column of a database takes.
_FIRST_NUMBER = -(2**62)
_MARK = "stand-in \x00 "


class Compiled(Generic[Row]):
    """One query. Asked with its values, as the database takes them, it gives a list of rows."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        """`build` takes as many stand-ins as there will be values and gives the queryset.

        It may only hand them to filters as they are. Each number of values is compiled apart, so lists of ids must be
        short: a page of them, not all of an atlas.
        """
        self._build = build
        self._kept = threading.local()  # conversions belong to the connection, and that to its thread

    def __call__(self, *values: Value) -> list[Row]:
        """Ask with these values; one query."""
        statement = self._statement(values)
        given = dict(zip(map(_stand_in, range(len(values)), values), values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, [given.get(each, each) for each in statement.parameters])
            return [statement.row(row) for row in cursor.fetchall()]

    def _statement(self, values: Sequence[Value]) -> _Statement:
        kept: dict[Any, _Statement] = self._kept.__dict__
        key = (connection.vendor, *map(type, values))
        if key not in kept:
            kept[key] = _compiled(self._build(*map(_stand_in, range(len(values)), values)))
        return kept[key]


def _stand_in(place: int, value: Value) -> Value:
    return _FIRST_NUMBER + place if isinstance(value, int) else f"{_MARK}{place}"


@dataclass(frozen=True)
class _Statement:
    """`conversions` are (place in the row, functions, expression)."""

    sql: str
    parameters: Sequence[Any]
    columns: int
    conversions: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
    make: Callable[[Sequence[Any]], Any]

    def row(self, columns: Sequence[Any]) -> Any:
        converted = list(columns[: self.columns])
        for place, functions, expression in self.conversions:
            for function in functions:
                converted[place] = function(converted[place], expression, connection)
        return self.make(converted)


def _compiled(queryset: QuerySet[Any, Any]) -> _Statement:
    compiler = queryset.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    found = compiler.get_converters([column for column, _, _ in compiler.select])
    conversions = [(place, functions, expression) for place, (functions, expression) in found.items()]
    models = issubclass(queryset._iterable_class, ModelIterable)
    return _Statement(sql, parameters, len(compiler.select), conversions, _model_maker(compiler) if models else tuple)


def _model_maker(compiler: Any) -> Callable[[Sequence[Any]], Model]:
    """Makes of a row what the ORM makes of it: a model with its annotations and the models that stand beside it."""
    info, annotations = compiler.klass_info, dict(compiler.annotation_col_map or {})
    own = _part_maker(info, compiler.select)
    beside = [(_part_maker(each, compiler.select), each) for each in info.get("related_klass_infos", [])]

    def make(row: Sequence[Any]) -> Model:
        made = own(row)
        for part, each in beside:
            other = part(row)
            each["local_setter"](made, other)
            if other is not None:
                each["remote_setter"](other, made)
        for name, place in annotations.items():
            setattr(made, name, row[place])
        return made

    return make


def _part_maker(info: Mapping[str, Any], select: Sequence[Any]) -> Callable[[Sequence[Any]], Any]:
    """Makes one model of its part of a row; None where an outer join found none."""
    model, places = info["model"], info["select_fields"]
    names = [select[place][0].target.attname for place in places]
    key = places[names.index(model._meta.pk.attname)]

    def make(row: Sequence[Any]) -> Any:
        return None if row[key] is None else model.from_db(connection.alias, names, [row[place] for place in places])

    return make


class Fetched(QuerySet[Any, Any]):
    """Rows that are there already, in the place of the query for them: nothing else can be asked of it."""

    def __init__(self, rows: Sequence[Model], model: type[Model]) -> None:
        super().__init__(model=model)
        self._result_cache = list(rows)

    def _chain(self) -> NoReturn:
        raise TypeError("These rows were fetched already: choose among them in Python.")


def hand_over(owner: Model, relations: Mapping[str, Sequence[Model]]) -> None:
    """Let `owner.<relation>.all()` give these rows without a query, as a prefetch does."""
    kept = owner.__dict__.setdefault("_prefetched_objects_cache", {})
    for name, rows in relations.items():
        kept[name] = Fetched(rows, cast(type[Model], owner._meta.get_field(name).related_model))
