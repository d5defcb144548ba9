"""What became of the notices of a request, as its asker may see it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from matching import disclosure
from provisioning import notices, viewers
from provisioning.facts import standing_of
from records import clock, lookup
from records import requests as rows
from views.visit import Visit, settings


@dataclass(frozen=True, slots=True)
class Question:
    """The last confirm question of an order."""

    name: str
    standing: str
    said: str
    until: datetime
    note: str
    lost: bool  # none of its mails arrives


def latest_question(here: Visit) -> Question | None:
    asked = next(iter(rows.questions(here.order)), None)
    standing = standing_of(asked) if asked else "withdrawn"
    if asked is None or standing == "withdrawn":
        return None
    row = lookup.by_id(asked.organization_id)
    viewer = viewers.of(asked.organization_id, here.order, here.proven, settings())
    lost = standing == "open" and notices.is_lost(asked)
    name = disclosure.shown(row, viewer, clock.today()).name
    said = summary(notices.states(asked))
    return Question(name, standing, said, asked.expires_at, asked.note, lost)


def summary(states: Mapping[str, str]) -> str:
    """Sent to 2 administrators, seen by 1."""
    counts = Counter(states.values())
    sent = sum(counts[state] for state in ("sent", "seen", "answered"))
    parts = [
        ngettext("Sent to %(num)s administrator", "Sent to %(num)s administrators", sent),
        _("seen by %(count)s", count=counts["seen"]) if counts["seen"] else "",
        _("%(count)s queued", count=counts["queued"]) if counts["queued"] else "",
        _("%(count)s undeliverable", count=counts["undeliverable"])
        if counts["undeliverable"]
        else "",
    ]
    return ", ".join(filter(None, parts)) if states else ""
