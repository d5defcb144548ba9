"""Values and paragraphs as a mail writes them."""

from mail import wording


def test_a_value_is_one_line_of_visible_characters():
    assert (
        wording.one_line("  A\r\nB\x00\x1b[1m\u2028C\u202e\u2066D\u200b\u00adE\ud800 ")
        == "A B [1m CDE"
    )


def test_letters_that_need_their_joiners_keep_them():
    persian, family = "می\u200cخواهم", "👩\u200d👧"
    assert wording.one_line(f"{persian} {family}") == f"{persian} {family}"


def test_long_values_stay_in_their_column():
    text = wording.table([("Order", ["1"]), ("Company", ["x" * 200, "short"])])
    lines = text.splitlines()
    assert lines[0] == "  Order    1"
    assert lines[1].startswith("  Company  xxx")
    assert lines[2].startswith("           xxx")
    assert lines[-1] == "           short"
    assert max(map(len, lines)) == 72


def test_an_empty_table_is_nothing():
    assert wording.table([]) == ""


def test_paragraphs_are_filled_and_a_link_is_left_alone():
    link = f"https://orders.test/start/{'t' * 90}"
    text = wording.columns(
        f"{'word ' * 30}\nand on\n\n\n\nOpen:\n{link}\n\n- {'item ' * 20}\n- two", link
    )
    paragraphs = text.strip().split("\n\n")
    assert paragraphs[0].endswith("word and on")
    assert paragraphs[1] == f"Open:\n{link}"
    first, second, *_rest = paragraphs[2].splitlines()
    assert first.startswith("- item")
    assert second.startswith("  item")
    assert paragraphs[2].endswith("\n- two")
    assert all(len(line) <= 72 for line in text.splitlines() if line != link)


def test_every_line_of_a_quote_is_marked():
    assert wording.quoted(["one", "", "x" * 80]) == f"> one\n>\n> {'x' * 70}\n> {'x' * 10}"
