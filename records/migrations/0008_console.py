"""The console: its people, their sessions, and an audit list that nothing edits."""

from typing import Any

from peewee import BigIntegerField, Model, PostgresqlDatabase, TextField

CHANGES = (
    "CREATE UNIQUE INDEX living_operator ON operator (email) WHERE ended_at IS NULL",
    "CREATE INDEX audit_by_who ON audit (who, id)",
    "CREATE INDEX audit_by_ref ON audit (ref, id)",
    "ALTER TABLE session ADD COLUMN operator_id INTEGER REFERENCES operator (id)",
    "CREATE INDEX session_of_operator ON session (operator_id) WHERE operator_id IS NOT NULL",
    "ALTER TABLE link_wish ADD COLUMN purpose TEXT NOT NULL DEFAULT 'launch'",
    "UPDATE link_wish SET purpose = 'partner' WHERE number = ''",
)
SEALED_SQLITE = (
    "CREATE TRIGGER audit_no_{0} BEFORE {0} ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit list is not changed'); END"
)
SEALED_POSTGRESQL = (
    "CREATE FUNCTION audit_is_sealed() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit list is not changed'; END $$",
    "CREATE TRIGGER audit_sealed BEFORE UPDATE OR DELETE ON audit"
    " FOR EACH ROW EXECUTE FUNCTION audit_is_sealed()",
    "CREATE TRIGGER audit_kept BEFORE TRUNCATE ON audit"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_sealed()",
)
# A search by the beginning of a text needs the order of the bytes, whatever language a PostgreSQL
# speaks; SQLite's own indexes have it. The classes of records/tables.py cannot describe these.
COMPANY = "CREATE INDEX order_by_company ON orders (lower(company_name){0}, id)"
BYTES = ' COLLATE "C"'
BEGINNINGS_POSTGRESQL = (
    COMPANY.format(BYTES),
    f"CREATE INDEX order_by_number ON orders (number{BYTES}, id)",
    f"CREATE INDEX order_by_contact ON orders (contact_email{BYTES}, id)",
)


def up(_migrator: Any, db: Any) -> None:
    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Operator(Table):
        email = TextField()
        role = TextField()
        added_at = BigIntegerField()
        ended_at = BigIntegerField(null=True)

    class Audit(Table):
        at = BigIntegerField()
        who = TextField()
        what = TextField()
        kind = TextField()
        ref = TextField()
        why = TextField(default="")

    on_postgresql = isinstance(getattr(db, "obj", db), PostgresqlDatabase)
    db.create_tables([Operator, Audit])
    if on_postgresql:
        changes = (*CHANGES, *SEALED_POSTGRESQL, *BEGINNINGS_POSTGRESQL)
    else:
        sealed = [SEALED_SQLITE.format(act) for act in ("UPDATE", "DELETE")]
        changes = (*CHANGES, *sealed, COMPANY.format(""))
    for change in changes:
        db.execute_sql(change)
