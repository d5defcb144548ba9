"""The seller's own people and their sessions in the console, as rows."""

from records import clock
from records.database import digest
from records.tables import MagicLink, Operator, Session


def add(email: str, role: str) -> Operator:
    """A new row; Duplicate where the address is an operator's already."""
    return Operator.create(email=email, role=role)


def living(email: str) -> Operator | None:
    """The operator with this address, who has not been removed."""
    return Operator.get_or_none((Operator.email == email) & Operator.ended_at.is_null())


def listed() -> list[Operator]:
    """All who are, by address."""
    found = Operator.select().where(Operator.ended_at.is_null()).order_by(Operator.email)
    return list(found)


def give_role(operator: Operator, role: str) -> None:
    Operator.update(role=role).where(Operator.id == operator.id).execute()


def end(operator: Operator) -> None:
    """From now on neither a session nor a link of theirs opens anything."""
    now = clock.now()
    Operator.update(ended_at=now).where(Operator.id == operator.id).execute()
    Session.update(ended_at=now).where(_living(operator)).execute()
    MagicLink.update(replaced_at=now).where(
        (MagicLink.purpose == "console")
        & (MagicLink.email == operator.email)
        & MagicLink.claimed_at.is_null()
        & MagicLink.replaced_at.is_null()
        & (MagicLink.expires_at > now)
    ).execute()


def session(secret: str) -> Session | None:
    """The session of the console that a secret opens, with its operator as they are now."""
    return (  # type: ignore[no-any-return]
        Session.select(Session, Operator)
        .join(Operator)
        .where(
            (Session.secret_hash == digest(secret))
            & Session.ended_at.is_null()
            & (Session.expires_at > clock.now())
            & Operator.ended_at.is_null()
        )
        .first()
    )


def sessions(operator: Operator) -> list[Session]:
    """The living sessions of an operator, newest first."""
    in_time = Session.expires_at > clock.now()
    found = Session.select().where(_living(operator) & in_time)
    return list(found.order_by(Session.id.desc()))


def end_session(operator: Operator, session_id: int) -> bool:
    """End one of an operator's own sessions; False when it is none."""
    mine = _living(operator) & (Session.id == session_id)
    return bool(Session.update(ended_at=clock.now()).where(mine).execute())


def end_others(operator: Operator, kept: Session) -> None:
    """End all of an operator's sessions but one."""
    others = _living(operator) & (Session.id != kept.id)
    Session.update(ended_at=clock.now()).where(others).execute()


def _living(operator: Operator) -> object:
    return (Session.operator == operator) & Session.ended_at.is_null()
