"""What every command needs: the settings, an open database, refusals as one sentence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app

from config import Settings
from matching.sentences import Refused
from records import database
from records.migrate import pending


class Wrong(click.ClickException):
    """Something the person at the command line has to mend; says so in one sentence."""

    exit_code = 2


def settings() -> Settings:
    """The settings that the application was made with."""
    return current_app.config["SETTINGS"]  # type: ignore[no-any-return]


@contextmanager
def connected() -> Iterator[None]:
    """An open database, whatever its state."""
    try:
        database.db.connect(reuse_if_open=True)
    except Exception as error:  # each driver has its own
        raise Wrong(f"The database cannot be opened: {first_line(error)}") from None
    try:
        yield
    finally:
        database.db.close()


@contextmanager
def ready() -> Iterator[None]:
    """An open database that is up to date; a refusal inside becomes a sentence and exit code 2."""
    with connected():
        if pending():
            raise Wrong("The database is not up to date. Run `flask migrate` first.")
        try:
            yield
        except Refused as refused:
            raise Wrong(str(refused.sentence)) from None
        except UnicodeEncodeError:
            raise Wrong("What you typed is no valid text.") from None


def first_line(error: Exception) -> str:
    """The beginning of what a library says of its trouble."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def print_json(value: object) -> None:
    """One object, for scripts."""
    click.echo(json.dumps(value, ensure_ascii=False))
