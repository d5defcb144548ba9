"""Addresses that take no mail."""

from collections.abc import Iterable

from records import clock
from records.tables import DeadAddress


def mark_dead(email: str, why: str) -> None:
    """From now on nothing is sent to it; the first reason stays."""
    DeadAddress.insert(email=email, since=clock.now(), why=why).on_conflict_ignore().execute()


def is_dead(email: str) -> bool:
    return bool(DeadAddress.select().where(DeadAddress.email == email).exists())


def dead_among(emails: Iterable[str]) -> set[str]:
    dead = DeadAddress.select(DeadAddress.email).where(DeadAddress.email.in_(list(emails)))
    return {each.email for each in dead}


def revive(email: str) -> bool:
    """Send to it again; whether it was dead."""
    gone: int = DeadAddress.delete().where(DeadAddress.email == email).execute()  # type: ignore[misc]
    return gone == 1


def dead() -> list[DeadAddress]:
    return list(DeadAddress.select().order_by(DeadAddress.since.desc(), DeadAddress.email))


def dead_after(email: str, limit: int) -> list[DeadAddress]:
    """In alphabetical order, from the one after an address on."""
    further = DeadAddress.select().where(DeadAddress.email > email)
    return list(further.order_by(DeadAddress.email).limit(limit))
