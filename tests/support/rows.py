"""All rows as they are stored, to be put back: what takes long to settle is settled once."""

from functools import cache
from typing import Any, TypeAlias

from peewee import sort_models  # type: ignore[attr-defined]

from records.columns import Table
from records.database import db, marked
from records.tables import TABLES

Row: TypeAlias = tuple[Any, ...]
World: TypeAlias = dict[type[Table], dict[Row, Row]]


def world() -> World:
    """All rows as they are stored, by their keys."""
    return {table: _by_key(table) for table in TABLES}


def put_back(before: World) -> None:
    """Make all rows what they were: what came since goes, what changed or went is restored.

    In plain SQL, because each round of each race ends with it.
    """
    with db.atomic():
        now, tables = world(), sort_models(TABLES)
        # First what refers, then what is referred to.
        for table in reversed(tables):
            name, columns, which = _spelled(table)
            for key, row in now[table].items():
                if key not in before[table]:
                    _do(f'DELETE FROM "{name}" WHERE {which}', *key)
                elif row != before[table][key]:
                    new = ", ".join(f'"{column}" = ?' for column in columns)
                    _do(f'UPDATE "{name}" SET {new} WHERE {which}', *before[table][key], *key)
        for table in tables:
            name, columns, _which = _spelled(table)
            for key in before[table].keys() - now[table].keys():
                places = ", ".join("?" for _column in columns)
                into = ", ".join(f'"{column}"' for column in columns)
                _do(f'INSERT INTO "{name}" ({into}) VALUES ({places})', *before[table][key])


def _by_key(table: type[Table]) -> dict[Row, Row]:
    name, columns, _which = _spelled(table)
    at = [columns.index(column) for column in _key(table)]
    spelled = ", ".join(f'"{column}"' for column in columns)
    return {tuple(row[n] for n in at): row for row in _do(f'SELECT {spelled} FROM "{name}"')}


@cache
def _spelled(table: Any) -> tuple[str, list[str], str]:
    """Its name, its columns, and what finds the row of a key."""
    columns = [field.column_name for field in table._meta.sorted_fields]
    which = " AND ".join(f'"{column}" = ?' for column in _key(table))
    return table._meta.table_name, columns, which


def _key(table: Any) -> list[str]:
    key = table._meta.primary_key
    names = getattr(key, "field_names", None) or [key.name]
    return [table._meta.fields[name].column_name for name in names]


def _do(sql: str, *values: Any) -> Any:
    return db.execute_sql(marked(sql), values)
