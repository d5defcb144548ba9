"""Files of the directory that operators upload, and what became of them."""

from typing import Any

from peewee import BigIntegerField, BooleanField, IntegerField, Model, TextField


def up(_migrator: Any, db: Any) -> None:
    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Upload(Table):
        key = TextField(unique=True)
        who = TextField()
        at = BigIntegerField()
        folder = TextField()
        files = TextField()
        size = BigIntegerField()
        rows = BigIntegerField()
        state = TextField()
        rehearsed = BooleanField()
        begun_at = BigIntegerField(null=True)
        ended_at = BigIntegerField(null=True)
        tries = IntegerField()
        bytes_read = BigIntegerField()
        rows_read = BigIntegerField()
        counts = TextField()
        problem = TextField()

    db.create_tables([Upload])
