"""Characters that cannot be seen, or that are not what they look like."""

import re

# Unicode's Default_Ignorable_Code_Point (16.0), and the other characters that draw nothing.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
# These turn the direction of what follows, so that a name reads as another one.
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Halves of characters, and what Unicode promises never to make one; no page may hold them.
_NONE = r"\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)

unseen = re.compile(f"[{_UNSEEN}]")
control = re.compile(f"[{_CONTROL}]")
surrogate = re.compile(r"[\ud800-\udfff]")
bidi_control = re.compile(f"[{_BIDI}]")
no_character = re.compile(f"[{_NONE}]")
unwanted = re.compile(f"[{_CONTROL}{_BIDI}{_NONE}]")


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing of it."""
    return not unseen.sub("", text).strip()
