"""How a name is spelled once case, accents, punctuation and letter forms no longer count."""

import re
import unicodedata

from anyascii import anyascii

from matching import characters

# Keeps the letters of "S.A." one word until legal forms are found, so that the last two letters
# of "I.B.M." are not taken for one. Shown as the space that the dot has become.
JOINT = "\x1f"

_ABBREVIATION = re.compile(r"(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?")
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
)
# NFKC would append their letters to the name.
_TRADE_MARKS = str.maketrans("\u2122\u2120", "  ")


class _Plain(dict[int, str]):
    """What each character becomes, worked out once a character."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


def _plain(character: str) -> str:
    if character == JOINT:
        return character
    if character == "&":
        return " and "
    if _MARKS.match(character) or characters.unseen.match(character):
        return ""
    category = unicodedata.category(character)
    if category[0] in "PSZ" or category == "Cc" or "\u02b9" <= character <= "\u02df":
        return " "
    if not character.isascii() and unicodedata.name(character, "").startswith("LATIN "):
        return anyascii(character).lower()
    return character


_PLAIN = _Plain()


def words(text: str) -> list[str]:
    """The words of a name key; an abbreviation with dots is one word, its letters joined."""
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKC", text.translate(_TRADE_MARKS)).casefold()
        # Once more, because folding can undo it.
        folded = unicodedata.normalize("NFKC", folded)
    if "." in folded:
        folded = _ABBREVIATION.sub(_joined, folded)
    if not folded.isascii():
        folded = unicodedata.normalize(
            "NFC", unicodedata.normalize("NFD", folded).translate(_PLAIN)
        )
    else:
        folded = folded.translate(_PLAIN)
    # Not split(), which takes the joint for white space.
    return [word for word in folded.split(" ") if word]


def written_out(words: list[str]) -> str:
    """The words as one text, abbreviations spaced."""
    return " ".join(words).replace(JOINT, " ")


def _joined(abbreviation: re.Match[str]) -> str:
    return abbreviation[0].strip(".").replace(".", JOINT) + " "
