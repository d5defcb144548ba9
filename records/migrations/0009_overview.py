"""How an order's organization was found, and what operators were called for."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE orders ADD COLUMN found_by TEXT NOT NULL DEFAULT ''")
    db.execute_sql("CREATE INDEX history_alerts ON history (id) WHERE what = 'operator alerted'")
