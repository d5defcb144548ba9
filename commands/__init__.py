"""The flask command line: a module for each group of commands."""

import click
from flask import Flask

import config
from commands import (
    backup,
    check,
    context,
    database,
    directory,
    interventions,
    mail,
    match,
    operators,
    serving,
    tokens,
    webhooks,
)

COMMANDS: tuple[click.Command, ...] = (
    database.migrate,
    database.demo,
    serving.serve,
    serving.start,
    directory.directory,
    interventions.orders,
    match.match,
    mail.mail,
    tokens.tokens,
    operators.operators,
    webhooks.webhooks,
    check.check,
    backup.backup,
    backup.restore,
)


class WrongSetting(context.Wrong, config.WrongSetting):
    """A wrong setting as the command line says it: one sentence, exit code 2."""


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    for command in COMMANDS:
        app.cli.add_command(command)
