"""Names that mix alphabets: which words of one are pointed out."""

import pytest

from matching.scripts import mixed


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Acme GmbH", ()),
        ("", ()),
        ("3M 2000 & Söhne, Łódź", ()),
        ("ООО Ромашка", ()),
        ("ООО Acme", ()),
        ("АО Siemens", ()),
        ("Ромашка", ()),
        ("Ромашка Trading", ()),
        ("株式会社Acme", ()),
        ("トヨタ自動車", ()),
        ("삼성SDS 三星", ()),
        ("Ελληνικά Acme", ()),
        ("شركة Acme", ()),
        ("e\u0301cole", ()),
        ("\u0410cme", ("\u0410cme",)),  # Cyrillic A
        ("Acm\u0435 GmbH", ("Acm\u0435",)),  # Cyrillic e
        ("G\u03bfogle", ("G\u03bfogle",)),  # Greek omicron
        ("\u0410\u0421\u041c\u0415 GmbH", ("\u0410\u0421\u041c\u0415",)),
        ("\u0410\u0421\u041c\u0415", ()),
        ("P\u0430yPal \u0410pple Pear", ("P\u0430yPal", "\u0410pple")),
        ("\uff21cme", ("\uff21cme",)),  # fullwidth A
        ("アcmе", ("アcmе",)),
    ],
)
def test_words_that_mix_alphabets_are_found(name, words):
    assert mixed(name) == words


def test_a_word_that_only_looks_latin_is_found_next_to_a_latin_name():
    assert mixed("\u0410\u0421\u041c\u0415", beside="Acme GmbH") == ("\u0410\u0421\u041c\u0415",)
    assert mixed("\u0410\u0421\u041c\u0415", beside="Ромашка") == ()
