"""Mail that came back, addresses that take none, the fence of a restored backup, fair turns."""

from typing import Any

from peewee import BigIntegerField, Model, TextField


def up(_migrator: Any, db: Any) -> None:
    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class DeadAddress(Table):
        email = TextField(primary_key=True)
        since = BigIntegerField()
        why = TextField()

    class Fence(Table):
        since = BigIntegerField()
        why = TextField()

    db.create_tables([DeadAddress, Fence])
    db.execute_sql("ALTER TABLE outbox_row ADD COLUMN told_at BIGINT")
    # What failed before anybody was told of such things is history.
    db.execute_sql("UPDATE outbox_row SET told_at = failed_at WHERE failed_at IS NOT NULL")
    waits = "sent_at IS NULL AND failed_at IS NULL"
    for name, columns, condition in (
        ("outbox_new", "id", f"{waits} AND attempts = 0"),
        ("outbox_leased", "leased_until", "leased_until IS NOT NULL"),
        ("outbox_untold", "id", "failed_at IS NOT NULL AND told_at IS NULL"),
    ):
        db.execute_sql(f"CREATE INDEX {name} ON outbox_row ({columns}) WHERE {condition}")
