"""Queries that are compiled once and asked again and again with other values.

To build a query and to write it as SQL costs several times what the database needs to answer it, so the pages that are
read most keep the SQL. What comes back is what the queryset itself would give: the same models, columns and conversions.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, NoReturn, TypeVar, cast

from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

from atlas_site.replicas.choice import connection_to_read, database_to_read

Row = TypeVar("Row")
Value = int | str
Conversions = list[tuple[int, list[Callable[..., Any]], Any]]  # place in the row, functions, expression

LENGTHS = (1, 3, 8, 20)  # of lists of ids; 20 is a page

# Far below every id and no text of a study, yet within what a column of a database takes.
_FIRST_NUMBER = -(2**62)
_MARK = "stand-in \x00 "


class Compiled(Generic[Row]):
    """One query. Asked with its values, as the database takes them, it gives a list of rows."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        """`build` takes as many stand-ins as there will be values and gives the queryset.

        It may only hand them to filters as they are. Each number of values is compiled apart; for lists of ids there is
        `among`.
        """
        self._build = build
        self._statements: dict[Hashable, _Statement] = {}
        self._own = threading.local()  # conversions belong to a kind of connection, and are made by one of this thread

    def __call__(self, *values: Value) -> list[Row]:
        """Ask with these values; one query."""
        connection = connection_to_read()
        key = (connection.vendor, *map(type, values))
        statement = self._statements.get(key)
        if statement is None:
            built = self._build(*map(_stand_in, range(len(values)), values))
            statement = self._statements[key] = _compiled(built)
        given = dict(zip(map(_stand_in, range(len(values)), values), values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, [given.get(each, each) for each in statement.parameters])
            return statement.rows(cursor.fetchall(), self._conversions(key, statement))

    def among(self, ids: Sequence[int]) -> list[Row]:
        """Ask with a list of ids, a page of them at most; without ids no query.

        The list is filled up to one of few lengths with its last id, so that few statements are compiled.
        """
        if not ids:
            return []
        length = next((each for each in LENGTHS if each >= len(ids)), len(ids))
        return self(*ids, *[ids[-1]] * (length - len(ids)))

    def _conversions(self, key: Hashable, statement: _Statement) -> Conversions:
        kept: dict[Any, Conversions] = self._own.__dict__
        if key not in kept:
            kept[key] = _conversions(statement.columns)
        return kept[key]


def _stand_in(place: int, value: Value) -> Value:
    return _FIRST_NUMBER + place if isinstance(value, int) else f"{_MARK}{place}"


@dataclass(frozen=True)
class _Statement:
    """The SQL with its parameters, the expressions of its columns, and what makes a row of an answer."""

    sql: str
    parameters: Sequence[Any]
    columns: Sequence[Any]
    make: Callable[[Sequence[Any]], Any]

    def rows(self, answers: Iterable[Sequence[Any]], conversions: Conversions) -> list[Any]:
        width, made, connection = len(self.columns), [], connection_to_read()
        for answer in answers:
            columns = list(answer[:width])
            for place, functions, expression in conversions:
                for function in functions:
                    columns[place] = function(columns[place], expression, connection)
            made.append(self.make(columns))
        return made


def _compiled(queryset: QuerySet[Any, Any]) -> _Statement:
    compiler = queryset.query.get_compiler(connection=connection_to_read())
    sql, parameters = compiler.as_sql()
    models = issubclass(queryset._iterable_class, ModelIterable)
    columns = [column for column, _, _ in compiler.select]
    return _Statement(sql, parameters, columns, _model_maker(compiler) if models else tuple)


def _conversions(columns: Sequence[Any]) -> Conversions:
    """What this connection and the fields do to the values of each column."""
    connection = connection_to_read()
    found = [
        (place, [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)], column)
        for place, column in enumerate(columns)
    ]
    return [each for each in found if each[1]]


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
        if row[key] is None:
            return None
        return model.from_db(database_to_read(), names, [row[place] for place in places])

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
        model = cast(type[Model], owner._meta.get_field(name).related_model)
        kept[name] = Fetched(rows, model) if rows else _nothing(model)


@cache
def _nothing(model: type[Model]) -> Fetched:
    """One for all: most studies of a list have no row of most kinds."""
    return Fetched([], model)
