"""`flask check`: everything that Homeport needs, each with a sentence."""

from collections.abc import Callable
from urllib.parse import urlsplit

import click
from flask.cli import with_appcontext

import config
from commands.context import Wrong, connected, first_line, settings
from config import Settings
from mail import domain_records
from mail.signing import CannotSign
from mail.smtp import SafeConnection
from provisioning.directory import is_indexed
from records import fence
from records.database import db, is_postgresql
from records.migrate import pending

SECRET = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "MAIL_PASSWORD")
WITH_PASSWORD = ("DATABASE_URL", "MAIL_BOUNCES_FROM")


@click.command()
@with_appcontext
def check() -> None:
    """Print the settings and whether database and mail server answer. Exit code 1: one does not."""
    for name, _default, meaning in config.described():
        click.echo(f"{name}={_shown(name, getattr(settings(), name.lower()))}\n    {meaning}")
    click.echo()
    results = [_says(examine) for examine in (_database, _mail, _fence, _network)]
    if not all(results):
        raise SystemExit(1)


def _says(examine: Callable[[Settings], str]) -> bool:
    try:
        click.echo(examine(settings()))
    except Wrong as wrong:
        click.echo(wrong.message)
        return False
    return True


def _database(_settings: Settings) -> str:
    with connected():
        if waiting := pending():
            raise Wrong(f"The database lacks {', '.join(waiting)}: run `flask migrate`.")
        system = "PostgreSQL" if is_postgresql() else "SQLite"
        version = ".".join(str(part) for part in _version())
        if not is_indexed():
            raise Wrong(
                "Some organizations are not found by what this version looks up: run `flask "
                "directory reindex`."
            )
    return f"The database answers ({system} {version}) and is up to date."


def _version() -> tuple[int, ...]:
    if is_postgresql():
        return (db.connection().info.server_version // 10_000,)
    return tuple(db.obj.server_version)


def _mail(settings: Settings) -> str:
    if settings.mailbox_dir:
        return f"No mail server is set: mails go to the local mailbox in {settings.mailbox_dir}."
    where = f"{settings.mail_server}:{settings.mail_port}"
    try:
        SafeConnection(settings).configure_host().bid_farewell()
    except Exception as error:  # whatever the network or the server does
        raise Wrong(f"The mail server {where} cannot be used: {first_line(error)}") from None
    try:
        records = domain_records.needed(settings)
    except CannotSign as error:
        raise Wrong(f"Mails cannot be signed: {error}") from None
    said = [f"The mail server {where} answers. In the DNS there should be:"]
    said += [f'    {r.name} TXT "{r.text}"\n        {r.meaning}' for r in records]
    return "\n".join(said + domain_records.gaps(settings))


def _fence(_settings: Settings) -> str:
    with connected():
        if not pending() and (why := fence.standing()):
            raise Wrong(f"No mail is sent: {why} `flask mail resume` lifts the fence.")
    return "No fence holds mail back."


def _network(settings: Settings) -> str:
    if settings.proxies or settings.host in config.LOOPBACK:
        return "Requests can be told apart by the network that they come from."
    return (
        "PROXIES is 0, though pages are read from elsewhere: until it says how many proxies stand "
        "in front, requests cannot be told apart by network, and limits by network do not hold."
    )


def _shown(name: str, value: object) -> str:
    if name in SECRET:
        return "(kept secret)" if value else ""
    password = urlsplit(str(value)).password if name in WITH_PASSWORD else None
    if password:
        return str(value).replace(f":{password}@", ":***@")
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else str(value)
