"""What all tables are made of."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self

from peewee import (
    SQL,
    AutoField,
    BigIntegerField,
    ForeignKeyField,
    IntegerField,
    Model,
    ModelSelect,
    TextField,
)

from records.database import db, is_postgresql


class UtcField(BigIntegerField):
    """A moment: aware UTC datetime in Python, seconds since 1970 in the database."""

    def db_value(self, value: Any) -> Any:
        return int(value.timestamp()) if isinstance(value, datetime) else value

    def python_value(self, value: Any) -> Any:
        return None if value is None else datetime.fromtimestamp(value, UTC)


# A column that may be empty, to the type checker: it cannot see the fact that rules it out.
Maybe = Any


def index_where(condition: str, name: str, *fields: Any, unique: bool = False) -> None:
    """An index over the rows alone for which a condition in SQL holds."""
    fields[0].model.add_index(*fields, where=SQL(condition), name=name, unique=unique)


LAST = "\U0010ffff"  # after whatever a text goes on with


def along(expression: str) -> tuple[str, str]:
    """What is read along an index over a text of the table `o` and its ids, each to be limited.

    First the rest of the rows whose text is the same, then those that follow, up to a text.
    """
    column = f'{expression} COLLATE "C"' if is_postgresql() else expression
    return (
        f"WHERE {column} = ? AND o.id > ? ORDER BY o.id LIMIT ?",
        f"WHERE {column} > ? AND {column} < ? ORDER BY {column}, o.id LIMIT ?",
    )


class WholeRows(ModelSelect):
    """A query for all columns, which are spelled once and not for every query.

    To spell those of an order takes as long as all the rest of reading it.
    """

    model: Any
    _is_default: bool

    def __sql_selection__(self, ctx: Any, is_subquery: bool = False) -> Any:
        if not self._is_default or is_subquery:
            return super().__sql_selection__(ctx, is_subquery)
        return ctx.literal(self.model.columns(ctx.alias_manager[self.model._meta.table]))


class Table(Model):
    # peewee adds `id`, and `x_id` beside each foreign key, where the type checker cannot see it.
    id: Any

    class Meta:
        database = db
        legacy_table_names = False

    @classmethod
    def select(cls, *fields: Any) -> "ModelSelect[Self]":
        if fields:
            return super().select(*fields)
        return WholeRows(cls, cls._meta.sorted_fields, is_default=True)  # type: ignore[return-value]

    @classmethod
    @cache
    def columns(cls, alias: str) -> str:
        """All columns, for SQL that is written out: a query that is built costs ten times more."""
        return ", ".join(f"{alias}.{column}" for column, _name, _read in _fields(cls))

    @classmethod
    def read(cls, values: Sequence[Any]) -> Self:
        """A row from what SQL answered for `columns`."""
        row = cls(__no_default__=1)
        row.__data__ = {
            name: read(value) if read else value
            for (_column, name, read), value in zip(_fields(cls), values, strict=True)
        }
        return row


@cache
def _fields(table: type[Table]) -> list[tuple[str, str, Callable[[Any], Any] | None]]:
    """(column, name, how its values are read) of each field, in the order of the class."""
    plain = (AutoField, IntegerField, TextField, ForeignKeyField)
    return [
        (field.column_name, field.name, None if type(field) in plain else field.python_value)
        for field in table._meta.sorted_fields
    ]
