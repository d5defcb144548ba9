"""When orders and requests were chased, which notices were looked at, one question an order."""

from typing import Any

CHANGES = (
    # Both databases add such a column without writing the table anew.
    "ALTER TABLE orders ADD COLUMN invited_at BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE orders ADD COLUMN nudged_at BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE access_request ADD COLUMN reminded_at BIGINT",
    "ALTER TABLE magic_link ADD COLUMN opened_at BIGINT",
    "UPDATE orders SET invited_at = placed_at, nudged_at = placed_at",
    "CREATE UNIQUE INDEX one_open_question ON access_request (order_id)"
    " WHERE status = 'open' AND kind = 'confirm'",
    "CREATE INDEX request_open_until ON access_request (expires_at) WHERE status = 'open'",
    "CREATE INDEX order_unfinished ON orders (expires_at)"
    " WHERE status IN ('placed', 'launched', 'waiting')",
)


def up(_migrator: Any, db: Any) -> None:
    for change in CHANGES:
        db.execute_sql(change)
