"""The audit list as rows: written and read, and nothing else."""

from records.tables import Audit


def write(who: str, what: str, kind: str, ref: str, why: str = "") -> None:
    Audit.create(who=who, what=what, kind=kind, ref=ref, why=why)


def listed(who: str, ref: str, before: int | None, limit: int) -> list[Audit]:
    """The newest rows, of one person and about one thing where these are given.

    `before`: only rows older than the one with this id.
    """
    query = Audit.select().order_by(Audit.id.desc()).limit(limit)
    query = query.where(Audit.who == who) if who else query
    query = query.where(Audit.ref == ref) if ref else query
    return list(query.where(Audit.id < before) if before is not None else query)


def changes(kind: str, ref: str, limit: int) -> list[Audit]:
    """The newest that was done to one thing; looks are not among it."""
    mine = (Audit.ref == ref) & (Audit.kind == kind) & (Audit.what != "looked")
    return list(Audit.select().where(mine).order_by(Audit.id.desc()).limit(limit))
