"""The tables of the seller's own people: who may use the console, what they looked at and sent."""

from peewee import SQL, BigIntegerField, BooleanField, IntegerField, TextField

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


class Upload(Table):
    """Files of the directory that somebody sent, and what became of them.

    ready -> waiting -> running -> done or failed, after a rehearsal ready again; discarded.
    """

    key = TextField(unique=True)  # of the form that sent them, which is good for one upload
    who = TextField()
    at = UtcField(default=clock.now)
    folder = TextField()  # its name among the uploads; empty once it is deleted
    files = TextField()  # JSON: kind -> name as it was sent, bytes, first line that is no text
    size = BigIntegerField()  # bytes of all
    rows = BigIntegerField()  # lines of all that are no header
    state = TextField(default="ready")
    rehearsed = BooleanField(default=False)  # what waits, runs or was counted is a dry run
    begun_at: Maybe = UtcField(null=True)
    ended_at: Maybe = UtcField(null=True)
    tries = IntegerField(default=0)  # how often it was begun, after interruptions too
    bytes_read = BigIntegerField(default=0)
    rows_read = BigIntegerField(default=0)
    counts = TextField(default="{}")  # JSON: kind -> read, added, changed, unchanged, refused
    problem = TextField(default="")  # why it failed
