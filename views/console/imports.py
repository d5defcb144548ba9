"""The directory's files, uploaded: looked at, tried, brought in by the delivery loop."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Response, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from matching.sentences import Refused
from matching.text import visible
from provisioning import auditing, upload_files, uploads
from provisioning.upload_files import KINDS
from records import uploads as rows
from records.tables import Operator, Upload
from views.console import receiving
from views.console.because import Change, because
from views.console.frame import WHICH, answer, needs, pages, place, said
from views.console.overview import span
from views.forms import Because, UploadForm
from views.i18n import say
from views.security import csrf
from views.visit import settings

PAGE = 50
LOOKS_AGAIN = 5  # seconds
GOING = ("waiting", "running")
STATES = {
    "ready": (lazy_gettext("looked at"), "plain"),
    "tried": (lazy_gettext("dry run done"), "good"),
    "waiting": (lazy_gettext("waiting"), "wait"),
    "running": (lazy_gettext("running"), "wait"),
    "done": (lazy_gettext("done"), "good"),
    "failed": (lazy_gettext("failed"), "bad"),
    "discarded": (lazy_gettext("discarded"), "plain"),
}
NAMES = {
    "organizations": lazy_gettext("Organizations"),
    "users": lazy_gettext("Users"),
    "subscriptions": lazy_gettext("Subscriptions"),
}
IMPORT = (
    lazy_gettext("Import"),
    lazy_gettext(
        "Organizations, users and subscriptions are added and changed as the files say, in the "
        "name of the seller's directory: whom it calls a full admin is one. Nothing is deleted, "
        "and who was made a full admin here stays one."
    ),
)


@pages.get("/import")
@needs("viewer")
def imports(me: Operator) -> ResponseReturnValue:
    """What was brought in before, the newest first, and a form for more."""
    auditing.looked(me.email, "import", "")
    return _list(me, UploadForm())


@pages.post("/import")
@needs("operator")
def upload(me: Operator) -> ResponseReturnValue:
    """Files arrive; nothing is done with them yet."""
    key = receiving.shown_key()
    try:
        found = rows.by_key(key) or _received(me, key)
    except Refused as refused:
        form = UploadForm(formdata=None)
        form[refused.field.partition("/")[0]].errors = [say(refused.sentence)]
        return _list(me, form, 422)
    return redirect(url_for("console.import_", which=found.id), 303)


csrf.exempt(upload)  # its token is in the address: the body is not read for who shows none


@pages.get(f"/import/{WHICH}")
@needs("viewer")
def import_(me: Operator, which: int) -> ResponseReturnValue:
    """One upload: its first rows, how far it is, or what became of it."""
    found = _upload(which)
    if not (going := found.state in GOING):  # how far it is says nothing of anybody
        auditing.looked(me.email, "import", str(which))
    still = "still" in request.args
    response = make_response(
        answer(
            me,
            "console/import.html",
            found=found,
            state=_state(found),
            names=NAMES,
            files=uploads.files_of(found),
            counts=uploads.counts_of(found),
            refused=uploads.refused_rows(found, settings()),
            going=going,
            still=still,
            seconds=LOOKS_AGAIN,
            **(_pace(found) if going else _first_rows(found)),
        )
    )
    if going and not still:
        response.headers["Refresh"] = str(LOOKS_AGAIN)
    return response


@pages.post(f"/import/{WHICH}/dry-run")
@needs("operator")
def try_import(me: Operator, which: int) -> ResponseReturnValue:
    """What an import would do is to be counted."""
    found = _upload(which)
    with suppress(Refused):  # the page says what has become of it meanwhile
        uploads.want(found, me.email, rehearsed=True)
    return redirect(url_for("console.import_", which=which), 303)


@pages.post(f"/import/{WHICH}/discard")
@needs("operator")
def discard_import(me: Operator, which: int) -> ResponseReturnValue:
    """The files go."""
    found = _upload(which)
    with suppress(Refused):
        uploads.discard(found, me.email, settings())
    return redirect(url_for("console.import_", which=which), 303)


@pages.route(f"/import/{WHICH}/run", methods=["GET", "POST"])
@needs("operator")
def run_import(me: Operator, which: int) -> ResponseReturnValue:
    """The files are to be brought in."""
    found = _upload(which)

    def act(form: Because) -> None:
        uploads.want(found, me.email, rehearsed=False, why=form.why.clean)

    back = url_for("console.import_", which=which)
    return because(me, Change("", "import", str(which), *IMPORT, act, back))


@pages.get(f"/import/{WHICH}/refused.csv")
@needs("viewer")
def refused_rows(me: Operator, which: int) -> ResponseReturnValue:
    """The lines that were refused, each with its reason."""
    path = uploads.refused_rows(_upload(which), settings())
    if path is None:
        abort(404)
    auditing.looked(me.email, "import", str(which), "exported")
    name = {"Content-Disposition": f'attachment; filename="refused-{which}.csv"'}
    return Response(_pieces(path), mimetype="text/csv", headers=name)


def _received(me: Operator, key: str) -> Upload:
    with upload_files.new_folder(settings()) as folder:
        sent = receiving.receive(folder, KINDS)
        names = {kind: visible(name) for kind, name in sent.items()}
        return uploads.take_in(key, me.email, folder, names)


def _state(found: Upload) -> tuple[Any, str]:
    is_tried = found.state == "ready" and found.rehearsed
    return STATES["tried" if is_tried else found.state]


def _upload(which: int) -> Upload:
    return rows.by_id(which) or abort(404)


def _list(me: Operator, form: UploadForm, status: int = 200) -> ResponseReturnValue:
    page = url_for("console.imports")
    found = rows.listed(place(said("after")), PAGE + 1)
    return answer(
        me,
        "console/imports.html",
        status,
        form=form,
        action=url_for("console.upload", form=receiving.new_token()),
        largest=receiving.LARGEST // 1024**3,
        found=[(each, _state(each), uploads.files_of(each)) for each in found[:PAGE]],
        names=NAMES,
        more=f"{page}?after={found[PAGE - 1].id}" if len(found) > PAGE else None,
    )


def _pace(found: Upload) -> dict[str, Any]:
    pace = uploads.pace(found)
    return {
        "ahead": rows.ahead_of(found) if found.state == "waiting" else 0,
        "rate": pace.rate,
        "left": span(pace.left) if found.state == "running" else "",
    }


def _first_rows(found: Upload) -> dict[str, Any]:
    if found.state not in rows.KEPT:
        return {}
    try:
        return {"looks": uploads.first_rows(found, settings())}
    except Refused as refused:
        return {"gone": say(refused.sentence)}
    except OSError:
        return {"gone": _("The files are not there any more.")}


def _pieces(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(64 * 1024):
            yield piece
