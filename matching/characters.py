"""Characters that cannot be seen, or that are not what they look like."""

import re

# Unicode's Default_Ignorable_Code_Point (16.0), and the other characters that draw nothing.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

unseen = re.compile(f"[{_UNSEEN}]")
control = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
surrogate = re.compile(r"[\ud800-\udfff]")
# These turn the direction of what follows, so that a name reads as another one.
bidi_control = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
