"""The same question, asked again under the same key, has the same answer, and acts but once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from config import Settings
from records import api, clock
from records.database import db
from records.tables import ApiAnswer

# Far longer than any answer takes: whoever held it has ended without one.
PATIENCE = timedelta(minutes=1)


class Standing(StrEnum):
    """Why a key is answered with neither its own answer nor a new one."""

    IN_FLIGHT = "in flight"
    OTHER = "other"  # it was used for something else


class Lost(Exception):
    """It took so long that somebody else answers by now: nothing of it counts."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of an answer, to be sent again byte for byte."""

    status: int
    body: str
    location: str = ""


def once(token_id: int, key: str, request: str, act: Callable[[], Answer]) -> Answer | Standing:
    """Act and keep the answer, in one transaction; or what was answered, without acting.

    `request`: digest of all that was asked. What `act` raises is no answer: it may be asked again.
    """
    holder = secrets.token_hex(8)
    with db.atomic():
        before = _before(token_id, key, request, holder)
    if before is not None:
        return before
    try:
        with db.atomic():
            answer = act()
            if not api.keep(token_id, key, holder, answer.status, answer.location, answer.body):
                raise Lost
    except BaseException:
        with db.atomic():
            api.let_go(token_id, key, holder)
        raise
    return answer


def _before(token_id: int, key: str, request: str, holder: str) -> Answer | Standing | None:
    """What the key stands for already; None when it is ours to answer."""
    if api.hold(token_id, key, request, holder):
        return None
    found = api.answer(token_id, key)
    if found is None:
        return Standing.IN_FLIGHT  # let go at this moment
    if found.request != request:
        return Standing.OTHER
    if found.status is not None:
        return Answer(found.status, found.body, found.location)
    return None if _taken_over(found, holder) else Standing.IN_FLIGHT


def _taken_over(found: ApiAnswer, holder: str) -> bool:
    return bool(found.begun_at < clock.now() - PATIENCE and api.take_over(found, holder))


def forget(settings: Settings) -> int:
    """Drop answers that were kept long enough; how many there were."""
    with db.atomic():
        return api.forget_answers(clock.now() - timedelta(days=settings.answer_days))
