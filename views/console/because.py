"""A change that has a reason: a page that says what follows, and a button."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from flask import redirect
from flask.typing import ResponseReturnValue

from matching.sentences import Refused
from provisioning import auditing
from records.tables import Operator
from views.console.frame import answer
from views.forms import Because, refused
from views.i18n import say


class Change(NamedTuple):
    """`act(form)` changes `kind` `ref`, which the audit list calls `what`; `back`: an address.

    Without `what` the act writes to the list itself, because it knows more. What it answers is a
    secret, which is shown this once.
    """

    what: str
    kind: str
    ref: str
    button: Any
    says: Any
    act: Callable[[Any], str | None]
    back: str
    tone: str | None = None


def because(
    me: Operator,
    change: Change,
    form: Because | None = None,
    template: str = "console/because.html",
    **context: Any,
) -> ResponseReturnValue:
    """Ask for the reason; once it is there, do it, and go back to where it was wanted."""
    form = form or Because()
    if form.validate_on_submit():
        try:
            with _written(me, change, form):
                secret = change.act(form)
        except Refused as problem:
            form.form_errors.append(say(problem.sentence))
        else:
            if secret:
                return answer(me, "console/secret.html", secret=secret, change=change)
            return redirect(change.back, 303)
    return answer(me, template, refused(form), form=form, change=change, **context)


def _written(me: Operator, change: Change, form: Because) -> AbstractContextManager[None]:
    if not change.what:
        return nullcontext()
    return auditing.did(me.email, change.what, change.kind, change.ref, form.why.clean)
