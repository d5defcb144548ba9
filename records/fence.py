"""The fence: while it stands, no mail is sent."""

from records import clock
from records.database import db
from records.tables import Fence


def put_up(why: str) -> None:
    with db.atomic():
        lift()
        Fence.create(since=clock.now(), why=why)


def lift() -> bool:
    """Whether there was one."""
    return bool(Fence.delete().execute())  # type: ignore[misc]


def standing() -> str:
    """Why no mail is sent; empty when it is."""
    fence = Fence.select(Fence.why).first()
    return fence.why if fence else ""
