"""Names that are spelled in another way are one: the folded key."""

import pytest

from matching.names import cuts, keys

SAME = [
    # words for “and”
    ("Marks & Spencer", "Marks and Spencer"),
    ("Peek & Cloppenburg", "Peek und Cloppenburg"),
    ("Moët & Chandon", "Moet et Chandon"),
    ("Dolce & Gabbana", "Dolce e Gabbana"),
    ("Bang & Olufsen", "Bang og Olufsen"),
    ("Osborne & Hijos", "Osborne y Hijos"),
    ("Bausch + Lomb", "Bausch & Lomb"),
    ("Barnes & Noble", "Barnes Noble"),
    ("Nowak & Synowie", "Nowak i Synowie"),
    ("Лев & партнеры", "Лев и партнеры"),
    ("AT&T", "ATT"),
    # spaces, CamelCase, initials
    ("ExxonMobil", "Exxon Mobil"),
    ("De Longhi", "DeLonghi"),
    ("I.B.M.", "IBM"),
    ("J. P. Morgan", "JP Morgan"),
    ("K P M G", "KPMG"),
    ("A.I.G.", "A I G"),
    # letters that are written in two ways
    ("Müller", "Mueller"),
    ("Ötker", "Oetker"),
    ("Ørsted", "Oersted"),
    ("Århus", "Aarhus"),
    ("IJmuiden", "Ymuiden"),
    ("Großmann", "Grossmann"),
    # Cyrillic, Greek, kana, Hangul in Latin letters
    ("Химпром", "Himprom"),
    ("Химпром", "Khimprom"),
    ("Щит", "Schit"),
    ("Яндекс", "Jandex"),
    ("Яндекс", "Yandex"),
    ("Жигули", "Ziguli"),
    ("Йогурт", "Iogurt"),
    ("Φαρμα", "Pharma"),
    ("ソニー", "Soni"),
    ("현대", "Hyunda"),
    # words that are often written short, and words at the end that many names share
    ("Brooks Bros", "Brooks Brothers"),
    ("Gebr. Weiss", "Gebrüder Weiss"),
    ("St. Gobain", "Saint Gobain"),
    ("Grab", "Grab Holdings"),
    ("Sony Group", "Sony"),
]
APART = [
    ("Siemens", "Samsung"),
    ("Visa", "Visage"),
    ("SAP", "SAPient"),
    ("Müller", "Miller"),
    ("Group", "Holding"),
    ("I B M", "B M"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_ways_of_writing_one_name_are_one(one: str, other: str) -> None:
    assert keys(one).folded == keys(other).folded
    assert cuts(keys(one)) & cuts(keys(other))


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_of_others_are_not(one: str, other: str) -> None:
    assert keys(one).folded != keys(other).folded
    assert not cuts(keys(one)) & cuts(keys(other))


@pytest.mark.parametrize(
    "name", ["and", "&", "y", "e y", "Group", "!!!", "i e y", "株式会社", "The"]
)
def test_a_folded_key_is_never_empty(name: str) -> None:
    assert keys(name).folded
