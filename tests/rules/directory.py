"""Organizations of the directory, as the rules see them."""

from datetime import date
from typing import Any

from matching.rules import Found, Organization

TODAY = date(2026, 11, 22)


def organization(name: str = "Volkswagen AG", **facts: Any) -> Organization:
    usual: dict[str, Any] = {
        "id": 1,
        "ref": "org-1",
        "kind": "customer",
        "origin": "direct",
        "created_on": date(2012, 3, 1),
        "last_active_on": None,
        "users": 1240,
        "admins": 2,
        "active_subscriptions": 2,
    }
    return Organization(name=name, **{**usual, **facts})


def found(name: str, domain: str, users_there: int = 3, **facts: Any) -> Found:
    return Found(organization(name, **facts), domain, users_there)
