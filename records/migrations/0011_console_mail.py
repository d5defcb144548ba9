"""The console's list of mail: each state is read along an index, whatever else there is."""

from typing import Any

LETTERS = "endpoint_id IS NULL"


def up(_migrator: Any, db: Any) -> None:
    for name, condition in (
        ("outbox_letters", LETTERS),
        ("outbox_waiting", f"{LETTERS} AND sent_at IS NULL AND failed_at IS NULL"),
        ("outbox_failed", f"{LETTERS} AND failed_at IS NOT NULL"),
    ):
        db.execute_sql(f"CREATE INDEX {name} ON outbox_row (id) WHERE {condition}")
    db.execute_sql("CREATE INDEX outbox_to ON outbox_row (recipient, id)")
    db.execute_sql(
        "CREATE INDEX outbox_at ON outbox_row (endpoint_id, id) WHERE endpoint_id IS NOT NULL"
    )
