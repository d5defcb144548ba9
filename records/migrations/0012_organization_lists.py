"""Organizations by the beginning of their names, and the lists of one of them, each by an index."""

from typing import Any

from peewee import PostgresqlDatabase

# As for orders in 0008: the beginning of a text needs the order of the bytes.
NAME = "CREATE INDEX organization_by_name ON organization (lower(name){0}, id)"
# Table -> the index over its organization and the order of a list, for the one that had no order.
LISTS = {
    "orders": "order_at",
    "subscription": "subscription_at",
    "access_request": "request_at",
}


def up(_migrator: Any, db: Any) -> None:
    on_postgresql = isinstance(getattr(db, "obj", db), PostgresqlDatabase)
    db.execute_sql(NAME.format(' COLLATE "C"' if on_postgresql else ""))
    db.execute_sql("DROP INDEX full_admin_of")
    db.execute_sql(
        "CREATE INDEX full_admin_of ON user_account (organization_id, email) WHERE full_admin"
    )
    for table, name in LISTS.items():
        old = [i.name for i in db.get_indexes(table) if i.columns == ["organization_id"]]
        db.execute_sql(f"CREATE INDEX {name} ON {table} (organization_id, id)")
        for plain in old:
            db.execute_sql(f'DROP INDEX "{plain}"')
