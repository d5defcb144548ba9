"""Names that stand for the label of a domain: its words, joined or shortened."""

import pytest

from matching.labels import contracted, cuts, stands_for

STANDS = [
    # as it is, joined, one of its words, with what domains add
    ("IBM", "ibm"),
    ("Exxon Mobil Corporation", "exxonmobil"),
    ("T-Mobile", "t-mobile"),
    ("Coca Cola", "coca-cola"),
    ("Marks & Spencer", "marksandspencer"),
    ("Rohde und Schwarz", "rohde-schwarz"),
    ("Saudi Aramco", "aramco"),
    ("Deutsche Telekom AG", "telekom"),
    ("Alfred Kärcher", "kaercher"),
    ("Santander", "gruposantander"),
    ("Datadog", "datadoghq"),
    # shortened
    ("International Business Machines", "ibm"),
    ("The Boston Consulting Group", "bcg"),
    ("Procter & Gamble", "pg"),
    ("Johnson & Johnson", "jnj"),
    ("Hewlett-Packard", "hp"),
    ("PricewaterhouseCoopers", "pwc"),
    ("Taiwan Semiconductor Manufacturing Company", "tsmc"),
    ("Norddeutscher Rundfunk", "ndr"),
    ("Eidgenössische Technische Hochschule Zürich", "ethz"),
    ("Katholieke Universiteit Leuven", "kuleuven"),
    ("Rheinisch-Westfälische Technische Hochschule Aachen", "rwth-aachen"),
    ("Università di Bologna", "unibo"),
    ("Российские железные дороги", "rzd"),
    # what universities do
    ("University of Oxford", "ox"),
    ("Oxford University", "ox"),
    ("Kyoto University", "kyoto-u"),
    ("Universität Heidelberg", "uni-heidelberg"),
    ("Eindhoven University of Technology", "tue"),
    # letters that say nothing about Latin ones
    ("日立製作所", "hitachi"),
    ("أرامكو", "aramco"),
    ("ปตท", "pttplc"),
]
NOT = [
    ("Facebook", "meta"),
    ("T-Systems", "telekom"),
    ("SAPient Corporation", "sap"),
    ("Siemens", "samsung"),
    ("Volkswagen", "vw"),
    ("Deutsche Bank", "deutschebahn"),
    ("General Motors", "ge"),
    ("University of Oxford", "cam"),
    ("Bank of America", "boc"),
    ("!!!", "acme"),
    ("", "acme"),
    ("Acme", ""),
]


@pytest.mark.parametrize(("name", "label"), STANDS)
def test_a_name_stands_for_the_label_that_was_made_of_it(name: str, label: str) -> None:
    assert stands_for(name, label)
    assert label.replace("-", "")[:5] in cuts(name, label)


@pytest.mark.parametrize(("name", "label"), NOT)
def test_and_for_no_other(name: str, label: str) -> None:
    assert not stands_for(name, label)


@pytest.mark.parametrize(
    ("name", "label", "words"),
    [
        ("International Business Machines Deutschland GmbH", "ibm", ("ibm", "deutschland")),
        ("IBM Deutschland", "ibm", ("ibm", "deutschland")),
        ("General Electric Healthcare", "ge", ("ge", "healthcare")),
        ("Facebook", "meta", ("facebook",)),
    ],
)
def test_the_words_that_stand_for_it_are_one(name: str, label: str, words: tuple[str, ...]) -> None:
    assert contracted(name, label) == words


@pytest.mark.parametrize("name", ["a " * 5_000, "ab" * 5_000, "& " * 5_000, "\ud800" * 10_000])
@pytest.mark.parametrize("label", ["a" * 60, "aaaaaaaa", "b-a-b-a"])
def test_whatever_the_length_there_is_an_answer(name: str, label: str) -> None:
    assert cuts(name, label)
