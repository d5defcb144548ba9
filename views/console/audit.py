"""Who looked at and changed what."""

from flask.typing import ResponseReturnValue

from provisioning import auditing
from records import audit as rows
from records.tables import Operator
from views.console.frame import answer, needs, older, pages, place, said

PAGE = 50


@pages.get("/audit")
@needs("viewer")
def audit(me: Operator) -> ResponseReturnValue:
    """The newest first, of one person or about one thing where asked for."""
    who, ref = said("who"), said("ref")
    auditing.looked(me.email, "audit", " ".join(filter(None, (who, ref))))
    found = rows.listed(who, ref, place(said("after")), PAGE + 1)
    more = older(found[PAGE - 1].id) if len(found) > PAGE else None
    return answer(me, "console/audit.html", entries=found[:PAGE], more=more, who=who, ref=ref)
