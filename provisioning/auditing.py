"""Every look at and change of personal data in the console stands in a list that nobody edits.

A look that cannot be written down is not given: whoever calls `looked` answers after it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from matching.text import visible
from records import audit
from records.database import db

LONGEST = 300


def looked(who: str, kind: str, ref: str, what: str = "looked") -> None:
    """Somebody is about to be shown the personal data of one thing, or what a search finds."""
    with db.atomic():
        audit.write(who, what, kind, visible(ref)[:LONGEST])


@contextmanager
def did(who: str, what: str, kind: str, ref: str, why: str = "") -> Iterator[None]:
    """Around a change: both are written in one transaction, and where it is refused neither is."""
    with db.atomic():
        yield
        audit.write(who, what, kind, visible(ref)[:LONGEST], why)
