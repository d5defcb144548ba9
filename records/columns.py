"""What all tables are made of."""

from datetime import UTC, datetime
from typing import Any

from peewee import SQL, BigIntegerField, Model

from records.database import db


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


class Table(Model):
    # peewee adds `id`, and `x_id` beside each foreign key, where the type checker cannot see it.
    id: Any

    class Meta:
        database = db
        legacy_table_names = False
