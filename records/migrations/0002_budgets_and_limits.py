"""What orders have used of their budgets, how often something was done, who asks for a link."""

from typing import Any

from peewee import (
    BigIntegerField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
)


def up(_migrator: Any, db: Any) -> None:
    sqlite = isinstance(db, SqliteDatabase)

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Order(Table):
        class Meta:
            table_name = "orders"

    class Spent(Table):
        order = ForeignKeyField(Order, index=False)
        what = TextField()
        kind = TextField()
        at = BigIntegerField()

        class Meta:
            primary_key = CompositeKey("order", "what")
            without_rowid = sqlite

    class Tally(Table):
        what = TextField()
        who = TextField()
        since = BigIntegerField(index=True)
        count = IntegerField(default=1)

        class Meta:
            primary_key = CompositeKey("what", "who", "since")

    class LinkWish(Table):
        number = TextField(default="")
        email = TextField()
        asked_at = BigIntegerField()

    db.create_tables([Spent, Tally, LinkWish])
