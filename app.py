"""The application: settings in, database, pages and commands wired."""

from collections.abc import Mapping
from pathlib import Path

from flask import Flask, request
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

import commands
import config
from commands import logs
from mail import delivery
from records import database
from views import (
    api,
    console,
    errors,
    health,
    i18n,
    mailbox,
    partner_orders,
    render,
    requests,
    security,
    sign_out,
    start,
    waiting,
)

ROOT = Path(__file__).parent


class Homeport(Flask):
    """Flask, except that its own error log must not print the token that a link's path holds."""

    def log_exception(self, exc_info: object) -> None:
        where = request.url_rule.rule if request.url_rule else "no route"
        self.logger.error("%s at %s", request.method, where, exc_info=exc_info)  # type: ignore[arg-type]


def create_app(overrides: Mapping[str, str] | None = None) -> Flask:
    """The application under the environment's settings, with `overrides` laid over them.

    Raises config.WrongSetting with a sentence when a setting is wrong.
    """
    try:
        settings = config.load(overrides)
        database.connect_to(settings.database_url)
    except (config.WrongSetting, OSError) as wrong:
        raise commands.WrongSetting(str(wrong)) from None
    app = Homeport(__name__, template_folder="partials", static_folder="static")
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(ROOT / "partials"),
            PrefixLoader({"mail": FileSystemLoader(ROOT / "mail")}),
        ]
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.keys[1:]),
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
    security.init_app(app, settings)
    i18n.init_app(app, settings)
    render.init_app(app)
    delivery.init_app(app, settings)
    errors.init_app(app)
    # `waiting` and `partner_orders` carry the blueprints of the modules that they build on.
    for room in (
        start,
        waiting,
        requests,
        partner_orders,
        console,
        sign_out,
        mailbox,
        health,
        api,
    ):
        app.register_blueprint(room.pages)
    commands.init_app(app)
    logs.conceal()
    return app
