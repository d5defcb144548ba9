"""Names that mix alphabets, so that they can pass for other names: pointed out to who decides."""

import re
import unicodedata

# Letters that look like Latin ones.
_ALIKE = frozenset("АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοѵ")
_LEAST = 4  # letters of a whole word that may be meant for another; ООО and АО are legal forms
# Scripts that are written within one word.
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)
_WORD = re.compile(r"[^\W\d_]+")


def mixed(text: str, beside: str = "") -> tuple[str, ...]:
    """The words of a name whose letters come from different alphabets.

    Also a word that only looks Latin, next to one that is, in the name or in the one `beside` it.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    latin = any(_scripts(word) == {"LATIN"} for word in (*words, *_WORD.findall(beside)))
    return tuple(word for word in words if _is_mixed(word) or (latin and _passes_for_latin(word)))


def _is_mixed(word: str) -> bool:
    found = _scripts(word)
    return len(found) > 1 and not any(found <= together for together in _TOGETHER)


def _passes_for_latin(word: str) -> bool:
    return len(word) >= _LEAST and set(word) <= _ALIKE


def _scripts(word: str) -> set[str]:
    """The alphabets of a word's letters; marks have none of their own."""
    letters = [character for character in word if unicodedata.category(character)[0] == "L"]
    return {unicodedata.name(letter, "UNKNOWN").partition(" ")[0] for letter in letters}
