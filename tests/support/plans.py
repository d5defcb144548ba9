"""How the database would read, for tests of what must stay bounded."""

from collections.abc import Sequence
from typing import Any

from records.database import db, is_postgresql, marked

WAYS = ("seqscan", "bitmapscan", "hashjoin", "mergejoin")


def plan(sql: str, values: Sequence[Any]) -> str:
    """The plan of a statement, a line a step.

    PostgreSQL leaves out what it would only choose because a table is small; its statistics are as
    they were made, since nothing gathers them behind a test's back (`tests/support/postgresql.py`).
    """
    if not is_postgresql():
        explained = db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        return "\n".join(row[3] for row in explained)
    with db.atomic():
        for way in WAYS:
            db.execute_sql(f"SET LOCAL enable_{way} = off")
        explained = db.execute_sql(f"EXPLAIN {marked(sql)}", values)
        return "\n".join(row[0] for row in explained)
