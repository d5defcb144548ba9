"""What is taken for an address has one form; what could reach somebody else is refused."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matching.addresses import canonical, domain, masked, registrable
from matching.sentences import Refused
from tests.support.hostile import ACCEPTED, NOT_ACCEPTED, REFUSED

# Pieces of addresses, and what turns them into something else.
PIECES = st.sampled_from(
    [
        *("a", "b.c", "A", "x+y", "acme", "com", "de", "xn--", "xn--mnchen-3ya", "münchen", "ß"),
        *("@", ".", "-", "_", "%", "!", "=?", "?=", '"', "<", ">", "(", ")", ",", ";", ":", "\\"),
        *("\r\n", "\t", " ", "\xa0", "\0", "\u200b", "\u00ad", "\u202e", "\u3002", "\uff0e"),
        *("\u212a", "\u0131", "\u0130", "\u017f", "\ufb01", "\u0301", "\u03c2", "\u0430"),
        *("\uff21", "\ud800", "\U0001f600", "0", "127.0.0.1", "[::1]", "local", "%40", "&#64;"),
    ]
)
ANYTHING = st.one_of(
    st.lists(PIECES, min_size=1, max_size=9).map("".join),
    st.builds("{}@{}".format, st.lists(PIECES, max_size=3).map("".join), st.text(max_size=9)),
    st.builds("a@{}.com".format, st.text(st.characters(), min_size=1, max_size=5)),
    st.builds("{}@acme.com".format, st.text(st.characters(), min_size=1, max_size=5)),
    st.builds("a@xn--{}.com".format, st.from_regex(r"[a-z0-9-]{1,9}", fullmatch=True)),
)


def holds(address: str) -> None:
    """What is true of every canonical address."""
    assert canonical(address) == address
    assert address.isascii()
    assert address == address.lower()
    assert unicodedata.normalize("NFKC", address) == address
    assert all("!" <= character <= "~" for character in address)
    assert not set(address) & set('"(),:;<>[\\]')
    assert address.count("@") == 1
    local, _, host = address.partition("@")
    assert 1 <= len(local) <= 64
    assert len(address) <= 254
    assert all(1 <= len(label) <= 63 for label in host.split("."))
    assert domain(address) == host
    assert masked(address).endswith(f"•••@{host}")
    registrable(host)


def test_the_table_is_long_and_says_each_address_once():
    assert len(set(NOT_ACCEPTED)) == len(NOT_ACCEPTED)
    assert not set(ACCEPTED) & set(NOT_ACCEPTED)
    assert len(ACCEPTED) + len(NOT_ACCEPTED) >= 150


@pytest.mark.parametrize(("typed", "address"), ACCEPTED.items())
def test_what_is_taken_has_one_exact_form(typed, address):
    assert canonical(typed) == address
    holds(address)


@pytest.mark.parametrize(
    ("words", "typed"), [(words, typed) for words, group in REFUSED.items() for typed in group]
)
def test_what_is_refused_is_told_why_and_what_to_type_instead(words, typed):
    with pytest.raises(Refused, match=words) as refused:
        canonical(typed)
    said = str(refused.value)
    assert "Type" in said
    assert len(said) < 200
    # A sentence may show one character of what was typed, never a part that reads as an address.
    assert len(typed) < 3 or typed not in said


@given(ANYTHING)
@example("a@" + "\u0378".encode("punycode").decode() + ".com")
def test_whatever_is_taken_is_canonical_once_and_for_all(typed):
    try:
        address = canonical(typed)
    except Refused:
        return
    holds(address)


@given(st.sampled_from(sorted(ACCEPTED)), st.sampled_from([*" \t\r\n\f\xa0", "  \r\n"]))
def test_white_space_around_an_address_is_no_part_of_it(typed, space):
    assert canonical(f"{space}{typed}{space}") == ACCEPTED[typed]


@given(
    st.sampled_from(sorted(ACCEPTED)),
    st.sampled_from("\0\x1b\x7f\u0085\u00ad\u200b\u200d\u202e\u2066\u2028\ufeff\ud800\U000e0041"),
    st.integers(0, 300),
)
def test_nothing_invisible_gets_in_at_any_place(typed, character, place):
    place %= len(typed) + 1
    with pytest.raises(Refused):
        canonical(typed[:place] + character + typed[place:])


@given(
    st.sampled_from(sorted(ACCEPTED)), st.sampled_from(["Ⓚ", "\u212a", "ﬁ", "ı", "ſ", "ａ", "。"])
)
def test_no_look_alike_is_folded_into_an_address(typed, character):
    with pytest.raises(Refused, match=r"looks like|too long|missing"):
        canonical(typed.replace("a", character) if "a" in typed else character + typed)
