"""Tokens and answers of the API as rows."""

from datetime import datetime

from records import clock
from records.tables import ApiAnswer, ApiToken


def token_by_hash(token_hash: str) -> ApiToken | None:
    """The token with this hash, revoked or not."""
    return ApiToken.get_or_none(ApiToken.token_hash == token_hash)


def mark_used(token: ApiToken, now: datetime) -> None:
    ApiToken.update(used_at=now).where(ApiToken.id == token.id).execute()


def revoke(name: str) -> bool:
    """Whether there was a living token of that name."""
    living = (ApiToken.name == name) & ApiToken.revoked_at.is_null()
    return bool(ApiToken.update(revoked_at=clock.now()).where(living).execute())


def tokens() -> list[ApiToken]:
    """All tokens, revoked ones too, by name."""
    return list(ApiToken.select().order_by(ApiToken.name))


def answer(token_id: int, key: str) -> ApiAnswer | None:
    """What a token was answered under a key, or is being answered."""
    return ApiAnswer.get_or_none((ApiAnswer.token == token_id) & (ApiAnswer.key == key))


def hold(token_id: int, key: str, request: str, holder: str) -> bool:
    """Take a key that nobody has used yet; False when somebody has."""
    row = {"token": token_id, "key": key, "request": request, "holder": holder}
    taken = ApiAnswer.insert(**row, begun_at=clock.now()).on_conflict_ignore()
    return bool(taken.as_rowcount().execute())


def take_over(left: ApiAnswer, holder: str) -> bool:
    """Take a key whose holder has not answered for long; False when somebody else has done so."""
    same = (ApiAnswer.holder == left.holder) & ApiAnswer.status.is_null()
    taken = ApiAnswer.update(holder=holder, begun_at=clock.now()).where(_is(left) & same)
    return bool(taken.execute())


def keep(token_id: int, key: str, holder: str, status: int, location: str, body: str) -> bool:
    """Write down what was answered; False when the key is somebody else's by now."""
    ours = (ApiAnswer.token == token_id) & (ApiAnswer.key == key) & (ApiAnswer.holder == holder)
    kept = ApiAnswer.update(status=status, location=location, body=body)
    return bool(kept.where(ours & ApiAnswer.status.is_null()).execute())


def let_go(token_id: int, key: str, holder: str) -> None:
    """Nothing was answered: whoever asks again is heard."""
    ours = (ApiAnswer.token == token_id) & (ApiAnswer.key == key) & (ApiAnswer.holder == holder)
    ApiAnswer.delete().where(ours & ApiAnswer.status.is_null()).execute()  # type: ignore[misc]


def forget_answers(before: datetime) -> int:
    """Drop what was answered long ago; how many there were."""
    old = ApiAnswer.delete().where(ApiAnswer.begun_at < before)  # type: ignore[misc]
    return int(old.execute())


def _is(row: ApiAnswer) -> object:
    return (ApiAnswer.token == row.token_id) & (ApiAnswer.key == row.key)
