"""`flask tokens` and `flask webhooks`: secrets are printed once, and all can be taken back."""

import re

from provisioning import tokens
from records.tables import ApiToken, WebhookEndpoint

URL = "https://shop.example/hooks"


def test_a_token_is_printed_once_listed_and_revoked(flask):
    token = flask("tokens", "create", "erp", "--scope", "read", "--scope", "orders").output.strip()
    found = tokens.known(token)
    assert found is not None
    assert found.scopes == "orders read"
    listed = flask("tokens", "list").output
    assert re.fullmatch(r"erp  \[orders read\]  made [\d-]+, last used [\d: -]+ UTC\n", listed)
    assert token not in listed
    flask("tokens", "revoke", "erp")
    assert tokens.known(token) is None
    assert ", revoked 20" in flask("tokens", "list").output
    for wrong in (("create", "erp"), ("create", "a/b"), ("revoke", "erp"), ("revoke", "none")):
        assert flask("tokens", *wrong).exit_code == 2
    assert ApiToken.select().count() == 1


def test_a_webhook_is_added_listed_rotated_and_removed(flask):
    first = flask("webhooks", "add", URL).output.strip()
    number = str(WebhookEndpoint.get().id)
    assert flask("webhooks", "list").output == f"{number}  {URL}  0 waiting, working\n"
    second = flask("webhooks", "rotate", number).output.strip()
    assert first.startswith("whsec_")
    assert second.startswith("whsec_")
    assert first != second
    assert flask("webhooks", "resume", number).output == "0 events wait to be sent.\n"
    for wrong in (("add", URL), ("add", "http://10.0.0.1/"), ("rotate", "99"), ("remove", "99")):
        assert flask("webhooks", *wrong).exit_code == 2
    flask("webhooks", "remove", number)
    assert flask("webhooks", "list").output == ""
