"""Who may use the console: added, given a role, removed."""

from matching.sentences import Refused, sentence
from provisioning import auditing
from records import operators
from records.database import Duplicate, db

ROLES = ("viewer", "operator")
ACTS = {"viewer": {"viewer"}, "operator": {"viewer", "operator"}}


def add(email: str, role: str, by: str, why: str = "") -> None:
    """A new operator, or another role for one; Refused where nothing would change."""
    with auditing.did(by, f"added as {role}", "operator", email, why):
        found = operators.living(email)
        if found and found.role == role:
            raise Refused(sentence("%(email)s has this role already.", email=email))
        if found:
            operators.give_role(found, role)
            return
        try:
            with db.atomic():
                operators.add(email, role)
        except Duplicate:
            raise Refused(sentence("%(email)s has just been added.", email=email)) from None


def remove(email: str, by: str, why: str = "") -> None:
    """Their sessions and links end with this; Refused for who is no operator."""
    with auditing.did(by, "removed", "operator", email, why):
        found = operators.living(email)
        if found is None:
            raise Refused(sentence("%(email)s is no operator.", email=email))
        operators.end(found)


def may(role: str, needed: str) -> bool:
    """Whether whoever has a role may do what another one is needed for."""
    return needed in ACTS.get(role, ())
