import csv
from pathlib import Path

import pytest

from matching import data
from matching.names import company_name, cuts, keys
from matching.sentences import Refused

COMPANIES = [
    row["name"]
    for row in csv.DictReader(
        (Path(__file__).parent / "companies.csv").read_text(encoding="utf-8").splitlines()
    )
]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Volkswagen AG", "volkswagen ag"),
        ("  Acme  Inc. ", "acme  inc."),
        ("AT&T", "at&t"),
        ("Straße", "strasse"),
        ("Ångström", "ångström"),
        ("A\u030angstro\u0308m", "ångström"),
        ("ООО Ромашка", "ооо ромашка"),
    ],
)
def test_the_plain_rule_takes_the_name_as_written(name: str, written: str) -> None:
    assert keys(name).written == written
    assert written[:5] in cuts(keys(name))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("AT&T Inc.", "at and t inc"),
        ("Marks &  Spencer", "marks and spencer"),
        ("Lowe's", "lowe s"),
        ("Coca-Cola_Co", "coca cola co"),
        ("Foo/Bar (Baz)", "foo bar baz"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("Œuvre", "oeuvre"),
        ("Æther", "aether"),
        ("Işık İplik", "isik iplik"),
        ("Đorđe Þór", "dorde thor"),
        ("Citroën Škoda", "citroen skoda"),
        ("ＡＣＭＥ　Ｃｏ", "acme co"),
        ("㈱日立", "株 日立"),
        ("Acme™ Labs®", "acme labs"),
        ("Ac\u00adme\u200b", "acme"),
        ("Йод Ёлка", "иод елка"),
        ("ガス", "ガス"),
        ("카카오", "카카오"),
        ("„Įmonė“", "imone"),
        ("!!!", "!!!"),
    ],
)
def test_name_key(name: str, key: str) -> None:
    assert keys(name).name == key


@pytest.mark.parametrize(
    ("name", "core"),
    [
        # articles
        ("The Acme Corporation", "acme"),
        ("Die Bahn AG", "bahn"),
        ("Los Pollos", "pollos"),
        # stacked, dotted, spaced, long
        ("Acme Co., Ltd.", "acme"),
        ("Acme, Inc., LLC", "acme"),
        ("Acme Public Limited Company", "acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("Acme G.m.b.H. & Co. KGaA", "acme"),
        ("Acme UG (haftungsbeschränkt)", "acme"),
        ("Acme S.A. de C.V.", "acme"),
        ("Acme SA de CV", "acme"),
        ("ACME S A DE C V", "acme"),
        ("Acme S.A.de C.V.", "acme"),
        ("Acme S.A.P.I. de C.V.", "acme"),
        ("Acme S. de R.L. de C.V.", "acme"),
        ("Acme Sp. z o.o.", "acme"),
        ("Acme Sp.zo.o.", "acme"),
        ("Acme sp. z o.o. sp. k.", "acme"),
        ("Acme S.p.A.", "acme"),
        ("Acme SpA", "acme"),
        ("Acme S.r.l. unipersonale", "acme"),
        ("Acme A/S", "acme"),
        ("Acme AB (publ)", "acme"),
        ("Oy Acme Ab", "acme"),
        ("Acme N.V.", "acme"),
        ("B.V. Acme", "acme"),
        ("Acme Ltda. ME", "acme"),
        ("Acme Ltda", "acme"),
        ("Acme S/A", "acme"),
        ("Acme (Pty) Ltd", "acme"),
        ("Acme Pty. Limited", "acme"),
        ("Acme Pvt. Ltd.", "acme"),
        ("Acme (P) Ltd", "acme"),
        ("Acme Private Limited", "acme"),
        ("Acme Pte Ltd", "acme"),
        ("Acme Sdn. Bhd.", "acme"),
        ("Acme LLP", "acme"),
        ("Acme L.L.C.", "acme"),
        ("Acme SARL", "acme"),
        ("SARL Acme", "acme"),
        ("Acme S.à r.l.", "acme"),
        ("Acme et Cie", "acme"),
        ("Acme San. ve Tic. Ltd. Şti.", "acme"),
        ("Acme A.Ş.", "acme"),
        ("PT Acme Tbk", "acme"),
        ("P.T. Acme", "acme"),
        ("PT. Acme (Persero) Tbk.", "acme"),
        ("UAB „Acme“", "acme"),
        ("ООО «Ромашка»", "romashka"),
        ("Ромашка, ПАО", "romashka"),
        ("Общество с ограниченной ответственностью Ромашка", "romashka"),
        ("OOO Acme", "acme"),
        ('תנובה בע"מ', "tnvvh"),
        # attached
        ("株式会社トヨタ", "toyota"),
        ("トヨタ株式会社", "toyota"),
        ("(株)トヨタ", "toyota"),
        ("㈱トヨタ", "toyota"),
        ("株式会社 Toyota", "toyota"),
        ("株式会社Toyota", "toyota"),
        ("华为技术有限公司", "huaweijishu"),
        ("华为技术股份有限公司", "huaweijishu"),
        ("華為技術有限責任公司", "huaweijishu"),
        ("삼성전자 주식회사", "samseongjeonja"),
        ("삼성전자(주)", "samseongjeonja"),
        ("주식회사카카오", "kakao"),
        ("บริษัท ปูนซิเมนต์ไทย จำกัด (มหาชน)", "punsiemntaithy"),
        # never nothing: then the name key stands
        ("Co", "co"),
        ("COOP", "coop"),
        ("GmbH & Co. KG", "gmbh and co kg"),
        ("The Company", "the company"),
        ("The", "the"),
        ("株式会社", "株式会社"),
        ("UAB", "uab"),
        # no legal form
        ("Acme Holdings", "acme holdings"),
        ("Acme Group", "acme group"),
        ("Acme Partners", "acme partners"),
        ("Incyte", "incyte"),
        ("Corporate Express", "corporate express"),
        ("I.B.M.", "i b m"),
        ("I B M", "i b m"),
        ("K.K.R. & Co.", "k k r"),
        ("S.A.P. SE", "s a p"),
        ("有田", "youtian"),
    ],
)
def test_core_key(name: str, core: str) -> None:
    assert keys(name).core == core


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("The Acme Corporation", {"the a", "acme"}),
        ("ACME GmbH", {"acme ", "acme"}),
        ("Volkswagen", {"volks"}),
        ("IBM", {"ibm"}),
        ("3M", {"3m"}),
        ("IBM Corp.", {"ibm c", "ibm"}),
        ("Ärzte", {"ärzte", "arzte"}),
        ("", set()),
    ],
)
def test_each_key_is_cut_to_five(name: str, found: set[str]) -> None:
    assert cuts(keys(name)) == found


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("Volkswagen AG", "VOLKSwagen Financial Services", True),
        ("Volkswagen", "Volvo", False),
        ("The Acme Corporation", "ACME GmbH", True),
        ("Volks", "Volkswagen", True),
        # shorter than 5: only what is equal
        ("Visa", "Visage", False),
        ("Visa", "Visa Inc.", True),
        ("IBM", "I.B.M.", True),
        ("HP", "HP Inc", True),
        ("3M", "3M Company", True),
        ("SAP", "SAPient", False),
    ],
)
def test_names_meet_by_any_key(one: str, other: str, meet: bool) -> None:
    assert bool(cuts(keys(one)) & cuts(keys(other))) is meet


@pytest.mark.parametrize("name", COMPANIES)
def test_a_real_company_is_found_whatever_its_legal_form(name: str) -> None:
    own = keys(name)
    assert all(own)
    assert name.casefold().strip()[:5] in cuts(own)
    for variant in (
        f"{name} Inc.",
        f"{name} GmbH & Co. KG",
        f"PT {name} Tbk",
        f"The {name}",
        name.upper(),
    ):
        # "Company" and the like of a name go with the form that is added to it.
        assert cuts(keys(variant)) & cuts(own), variant


def test_every_legal_form_is_removed() -> None:
    import tomllib

    for country, forms in tomllib.loads(data.text("legal_forms.toml")).items():
        for where, shape in (
            ("leading", "{} Zebra"),
            ("trailing", "Zebra {}"),
            ("attached", "{}斑马"),
        ):
            for form in forms.get(where, ()):
                expected = "banma" if where == "attached" else "zebra"
                assert keys(shape.format(form)).core == expected, (country, form)


@pytest.mark.parametrize(
    "name", ["Acme", " Acme\n", "Ac\u0301me", "株式会社", "a" * 300, "\ufeffAcme\u200b"]
)
def test_a_name_keeps_its_spelling(name: str) -> None:
    import unicodedata

    trimmed = name.strip(" \n\ufeff\u200b")
    assert company_name(name) == unicodedata.normalize("NFC", trimmed)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "missing"),
        (" \u00a0\t", "missing"),
        ("\u200b\u2060", "missing"),
        ("\u3164", "missing"),
        ("a" * 301, "301 characters"),
        (" " * 64_000 + "a" * 64_000, "64,000 characters"),
        ("Ac\x00me", "control character"),
        ("Ac\nme", "control character"),
        ("Ac\x85me", "control character"),
        ("Ac\u2028me", "control character"),
        ("Ac\ud800me", "control character"),
        ("Ac\u202eme", "direction"),
        ("Ac\u2066me", "direction"),
    ],
)
def test_a_name_is_refused_with_the_reason(name: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        company_name(name)


@pytest.mark.parametrize(
    "name", ["\ud800", "\x00", "\x1f", "a" * 64_000, "a." * 32_000, "İ" * 1000]
)
def test_keys_of_anything_have_an_answer(name: str) -> None:
    assert len(keys(name)) == 4
