"""What this browser holds: the living sessions whose secrets are in its cookie."""

from collections.abc import Iterator

from flask import session

from records import links, operators
from records.tables import Session


def sessions() -> Iterator[Session]:
    """One for each order that it has open, a partner's, and the console's."""
    for secret in (*session.get("orders", {}).values(), session.get("partner")):
        found = links.living_session(secret) if secret else None
        if found:
            yield found
    console = session.get("console")
    found = operators.session(console) if console else None
    if found:
        yield found


def is_any() -> bool:
    """Whether there is anything to sign out of."""
    return next(sessions(), None) is not None
