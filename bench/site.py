"""The application as `flask serve` runs it, with two routes to compare with, for one server.

`/orders/<number>/fixed` is the live list's route with candidates that were found and paid for
before: session, order, CSRF, headers, cards and template are the same; lookup, ranking and budget
are not there. `/bare` is a Flask application without anything of ours that answers the same bytes
(the file BENCH_ANSWER).
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request, url_for

from app import create_app
from provisioning import budgets, matches
from provisioning.facts import is_over
from views import offers
from views.visit import settings, visit

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def create() -> Wsgi:
    """What gunicorn is told to run; the attributes it looks at are the real application's."""
    app = create_app()
    found: dict[tuple[str, str], tuple[matches.Match, budgets.Paid, int | None]] = {}

    @app.post("/orders/<number>/fixed")
    def fixed(number: str) -> str:
        here = visit(number)
        assert not is_over(here.order)
        typed = request.form.get("company_name", ""), request.form.get("admin_email", "")
        if typed not in found:
            match = offers.live_match(here, *typed)
            cards, following = matches.page(match, settings())
            found[typed] = match, offers.payment(here, match, cards), following
        match, paid, following = found[typed]
        url = url_for("wizard.suggest", number=number)
        offer = offers.offered(here, match, paid, url, *typed, None, following)
        offer.scripted = True
        return render_template("_matches.html", matches=offer)

    bare = Flask("bare")
    answer: list[str] = []

    @bare.post("/bare")
    def same_bytes() -> str:
        if not answer:
            answer.append(Path(os.environ["BENCH_ANSWER"]).read_text())
        return answer[0]

    real = app.wsgi_app

    def either(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return (bare.wsgi_app if environ["PATH_INFO"] == "/bare" else real)(environ, start)

    app.wsgi_app = either  # type: ignore[assignment,method-assign]
    return app
