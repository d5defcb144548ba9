import time

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from matching.addresses import (
    Relation,
    canonical,
    domain,
    label,
    masked,
    registrable,
    related,
    shared_domains,
)
from matching.sentences import Refused


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("J.Weber@Volkswagen.DE", "j.weber@volkswagen.de"),
        ("  a@acme.com\n", "a@acme.com"),
        ("a.b+c@acme.com", "a.b+c@acme.com"),
        ("o'neil_x%y@acme.com", "o'neil_x%y@acme.com"),
        ("a@eu.acme.co.uk", "a@eu.acme.co.uk"),
        ("a@acme.test", "a@acme.test"),
        ("a@acme.example", "a@acme.example"),
        ("a@a--b.com", "a@a--b.com"),
        ("a@münchen.de", "a@xn--mnchen-3ya.de"),
        ("A@MÜNCHEN.DE", "a@xn--mnchen-3ya.de"),
        ("a@mu\u0308nchen.de", "a@xn--mnchen-3ya.de"),
        ("A@XN--MNCHEN-3YA.DE", "a@xn--mnchen-3ya.de"),
        ("a@straße.de", "a@xn--strae-oqa.de"),
        ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_one_canonical_form(typed: str, address: str) -> None:
    assert canonical(typed) == address
    assert canonical(address) == address


@given(st.from_regex(r"[a-z.!+-]{1,9}@([a-z0-9-]{1,5}\.){1,3}[a-z0-9-]{1,5}", fullmatch=True))
def test_the_short_way_accepts_what_the_long_way_accepts(typed: str) -> None:
    try:
        address = canonical(typed)
    except Refused:
        return
    valid = validate_email(address, check_deliverability=False, test_environment=True)
    assert valid.ascii_email == address


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("acme.com", "no @"),
        ("@acme.com", "Nothing stands before"),
        ("a@", "Nothing stands after"),
        ("a@b@acme.com", "two addresses"),
        ("a@acme.com,b@acme.com", "two addresses"),
        ("a@acme.com; b@acme.com", "two addresses"),
        ("a@acme.com b@acme.com", "two addresses"),
        ("a b@acme.com", "space"),
        ("a\u00a0b@acme.com", "space"),
        ("Anna <a@acme.com>", "angle brackets"),
        ('"a"@acme.com', "quotation marks"),
        ('"a@b"@acme.com', "quotation marks"),
        ("a(note)@acme.com", "comment"),
        ("a@[127.0.0.1]", "number"),
        ("a@127.0.0.1", "number"),
        ("a@acme", "no dot"),
        ("a@localhost", "no dot"),
        ("a@mail.localhost", "local network"),
        ("a@mail.local", "local network"),
        ("a@mail.INTERNAL", "local network"),
        ("a@acme.com.", "not a domain"),
        ("a@acme..com", "not a domain"),
        ("a@-acme.com", "not a domain"),
        ("a@ac_me.com", "not a domain"),
        ("a@acme.123", "not a domain"),
        ("a@xn--zzzzzzz99.com", "not a domain"),
        ("a..b@acme.com", "wrong place"),
        (".a@acme.com", "wrong place"),
        ("a.@acme.com", "wrong place"),
        ("a:b@acme.com", "wrong place"),
        ("ä@acme.de", "letters a to z"),
        ("a\u0301@acme.de", "letters a to z"),
        ("a\x00@acme.com", "control character"),
        ("a@acme.com\r\nBcc: b@acme.com", "control character"),
        ("a@acme.com\x85", "control character"),
        ("a\ud800@acme.com", "control character"),
        ("a\u00ad@acme.com", "invisible"),
        ("a@ac\u200bme.com", "invisible"),
        ("a@acme.com\u202e", "invisible"),
        ("a@ac\ufe0fme.com", "invisible"),
        ("\ufeffa@acme.com", "invisible"),
        ("a@\uff41cme.com", "looks like"),
        ("a\uff20acme.com", "looks like"),
        ("a@acme\u3002com", "looks like"),
        ("a@acme\uff0ecom", "looks like"),
        ("m\u0131ke@acme.com", "looks like"),
        ("a@m\u0131ke.com", "looks like"),
        ("a@\u0130ke.com", "looks like"),
        ("\u212aim@acme.com", "looks like"),
        ("a@\u212aim.com", "looks like"),
        ("\u017fam@acme.com", "looks like"),
        ("a@\u017fam.com", "looks like"),
        ("a@\u212bngstrom.com", "looks like"),
        ("a@stra\u1e9ee.de", "looks like"),
        ("a@\ufb01n.com", "looks like"),
        ("a" * 65 + "@acme.com", "too long"),
        ("a" * 255, "too long"),
        ("a@" + "ü" * 30 + "." + ("ü" * 30 + ".") * 7 + "de", "too long|not a domain"),
    ],
)
def test_refused_with_the_problem(typed: str, says: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        canonical(typed)
    assert "Type" in str(refused.value)


@pytest.mark.parametrize(
    "typed",
    [
        "@" * 64_000,
        "a" * 64_000,
        "a." * 32_000,
        " " * 64_000,
        "a@" + "\u212a" * 64_000,
        "a@" + "xn--9" * 50 + ".com",
        "a@" + "a-" * 120 + ".com",
        "ü" * 254,
        "a." * 120 + "@",
    ],
)
def test_the_longest_nonsense_is_refused_at_once(typed: str) -> None:
    start = time.perf_counter()
    with pytest.raises(Refused):
        canonical(typed)
    assert time.perf_counter() - start < 0.1


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("acme.com", "acme.com", None),
        ("eu.acme.com", "acme.com", Relation.REGISTRABLE),
        ("eu.acme.com", "us.acme.com", Relation.REGISTRABLE),
        ("acme.de", "acme.com", Relation.SIBLING),
        ("acme.co.uk", "eu.acme.com", Relation.SIBLING),
        ("acme.com", "notacme.com", None),
        ("a.co.uk", "b.co.uk", None),
        ("a.github.io", "b.github.io", None),
        ("eu.acme.test", "acme.test", None),
    ],
)
def test_related_domains(one: str, other: str, relation: Relation | None) -> None:
    assert related(one, other) is relation
    assert related(other, one) is relation


@pytest.mark.parametrize(
    ("name", "registered", "first"),
    [
        ("acme.com", "acme.com", "acme"),
        ("eu.acme.co.uk", "acme.co.uk", "acme"),
        ("eu.acme.test", None, "eu.acme.test"),
        ("co.uk", None, "co.uk"),
    ],
)
def test_registrable_domain_and_label(name: str, registered: str | None, first: str) -> None:
    assert (registrable(name), label(name)) == (registered, first)


def test_an_address_is_masked() -> None:
    assert domain("jane@acme.com") == "acme.com"
    assert masked("jane@acme.com") == "j•••@acme.com"
    assert masked("j@acme.com") == "j•••@acme.com"


def test_shared_providers_are_data() -> None:
    assert {"gmail.com", "web.de", "gmx.de"} <= shared_domains()
    assert "volkswagen.de" not in shared_domains()
