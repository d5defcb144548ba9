"""A partner's list of orders by index; who was named here and is known from nowhere else."""

from typing import Any

from peewee import SqliteDatabase


def up(_migrator: Any, db: Any) -> None:
    false = "0" if isinstance(db, SqliteDatabase) else "FALSE"
    changes = (
        f"ALTER TABLE user_account ADD COLUMN added_here BOOLEAN NOT NULL DEFAULT {false}",
        # Whom a decision or an order brought in before, as far as the requests tell.
        "UPDATE user_account SET added_here = NOT added_here"
        " WHERE EXISTS (SELECT 1 FROM access_request r"
        " WHERE r.organization_id = user_account.organization_id"
        " AND r.person_email = user_account.email"
        " AND ((r.kind = 'access' AND r.status = 'approved')"
        " OR (r.kind = 'first_admin' AND r.status <> 'approved')))",
        "CREATE INDEX order_of_contact ON orders (contact_email, status, id)"
        " WHERE contact_role = 'partner'",
        "CREATE INDEX order_of_partner ON orders (partner_organization_id, status, id)"
        " WHERE partner_organization_id IS NOT NULL",
    )
    for change in changes:
        db.execute_sql(change)
    # The second of them finds whatever the plain one found.
    old = [i.name for i in db.get_indexes("orders") if i.columns == ["partner_organization_id"]]
    for name in old:
        db.execute_sql(f'DROP INDEX "{name}"')
