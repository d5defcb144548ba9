"""Tokens that rest nowhere. The values here stand in mails that people still have."""

import pytest

from mail.tokens import hash_of, path_of, recovered, token_for

# Worked out by another program: openssl dgst -sha256 -hmac "an old key", of "magic-link|a nonce".
TOKEN = "mhfP8vms8DiV-CeoDU3BBeE0Og8GykTLG2xFHbvTewI"


def test_a_token_follows_from_its_nonce_and_key_for_ever() -> None:
    assert token_for("a nonce", "an old key") == TOKEN
    assert token_for("another", "an old key") != TOKEN
    assert token_for("a nonce", "a new key") != TOKEN


def test_a_token_is_kept_as_its_hash() -> None:
    expected = "e3316e2bafebb6103a3418e8778c0adc960d40213a03a7e7f4fcd3426ed807bf"
    assert hash_of("a token") == expected


@pytest.mark.parametrize(
    ("keys", "token"),
    [
        (["an old key"], TOKEN),
        (["a new key", "an old key"], TOKEN),
        (["a new key"], None),
        ([], None),
    ],
)
def test_a_token_is_recovered_while_its_key_is_known(keys: list[str], token: str | None) -> None:
    assert recovered("a nonce", hash_of(TOKEN), keys) == token
    assert recovered("another nonce", hash_of(TOKEN), keys) is None


@pytest.mark.parametrize(
    ("purpose", "path"),
    [
        ("launch", "start/abc"),
        ("partner", "partner/abc"),
        ("decision", "requests/abc"),
        ("first_admin", "requests/abc"),
        ("dispute", "requests/abc"),
    ],
)
def test_where_a_link_of_each_purpose_leads(purpose: str, path: str) -> None:
    assert path_of(purpose, "abc") == path
