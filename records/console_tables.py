"""The tables of the seller's own people: who may use the console, and what they looked at."""

from peewee import SQL, TextField

from records import clock
from records.columns import Maybe, Table, UtcField


class Operator(Table):
    """Somebody who works for the seller. Whoever is added again gets a new row."""

    email = TextField()
    role = TextField()  # viewer: looks; operator: acts too
    added_at = UtcField(default=clock.now)
    ended_at: Maybe = UtcField(null=True)


Operator.add_index(
    Operator.email, where=SQL("ended_at IS NULL"), name="living_operator", unique=True
)


class Audit(Table):
    """Who looked at or changed what. The database itself refuses to change or delete a row."""

    at = UtcField(default=clock.now)
    who = TextField()
    what = TextField()
    kind = TextField()  # of what: order, organization, mail, operator ...
    ref = TextField()  # which one: its number, ref or address; of a list what was searched for
    why = TextField(default="")


Audit.add_index(Audit.who, Audit.id, name="audit_by_who")
Audit.add_index(Audit.ref, Audit.id, name="audit_by_ref")
