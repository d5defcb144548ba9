"""What the seller's systems show to be let in: made, known again, revoked."""

import re
import secrets
from collections.abc import Collection
from datetime import timedelta

from matching.sentences import Refused, sentence
from records import api, clock
from records.database import Duplicate, db, digest
from records.tables import ApiToken

SCOPES = ("orders", "directory", "read")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_PRECISION = timedelta(minutes=1)  # of `used_at`: not every request is worth a write


def make(name: str, scopes: Collection[str]) -> str:
    """A new token, which is in this answer alone; Refused for a name that is taken or no name."""
    if not NAME.fullmatch(name):
        raise Refused(sentence("The name takes letters, digits, spaces, dots and dashes."))
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Refused(sentence("A token is for orders, directory or read."))
    token = f"hp_{secrets.token_urlsafe(32)}"
    ordered = " ".join(scope for scope in SCOPES if scope in scopes)
    try:
        with db.atomic():
            ApiToken.create(name=name, token_hash=digest(token), scopes=ordered)
    except Duplicate:
        raise Refused(sentence("There is a token %(name)s already.", name=name)) from None
    return token


def known(token: str) -> ApiToken | None:
    """The living token that was shown; None for any other, whatever is wrong with it."""
    found = api.token_by_hash(digest(token))
    if found is None or found.revoked_at:
        return None
    now = clock.now()
    if found.used_at is None or found.used_at < now - _PRECISION:
        api.mark_used(found, now)
    return found


def may(token: ApiToken, scopes: Collection[str]) -> bool:
    """Whether a token has one of these scopes."""
    return not set(scopes).isdisjoint(token.scopes.split())


def revoke(name: str) -> None:
    """From now on a token is worth nothing; Refused when there is none of that name."""
    with db.atomic():
        if not api.revoke(name):
            raise Refused(sentence("There is no token %(name)s that could be revoked.", name=name))
