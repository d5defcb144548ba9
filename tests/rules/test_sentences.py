from datetime import date

import pytest

from matching.sentences import Refused, Sentence, sentence


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (sentence("100 % calm."), "100 % calm."),
        (sentence("at %(domain)s", domain="acme.com"), "at acme.com"),
        (sentence("%(users)s users", users=1204), "1,204 users"),
        (sentence("created %(day)s", day=date(2012, 3, 1)), "created 1 March 2012"),
        (sentence("%(n)s user", "%(n)s users", 1, n=1), "1 user"),
        (sentence("%(n)s user", "%(n)s users", 0, n=0), "0 users"),
        (sentence("%(count)s user", "%(count)s users", 2), "2 users"),
        (
            sentence("%(a)s and %(b)s.", a=sentence("%(n)s of it", n=1000), b="b"),
            "1,000 of it and b.",
        ),
        (sentence("%(name)s", name="50 %(users)s"), "50 %(users)s"),
    ],
)
def test_a_sentence_in_english(words: Sentence, text: str) -> None:
    assert str(words) == text


def test_a_refusal_carries_its_sentence() -> None:
    refused = Refused(sentence("No."))
    assert (str(refused), refused.sentence.text) == ("No.", "No.")
