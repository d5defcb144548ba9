"""Free text from people: a message, a note, a name on an order."""

import re

from matching.sentences import Refused, sentence

LONGEST = 500
# What no reader sees and no database or mail header should get: control characters, characters
# that turn the direction of what follows, halves of characters, and what is no character.
UNWANTED = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff]"
)


def is_clean(text: str) -> bool:
    """Whether a line of text has only characters that a reader can see or that join others."""
    return UNWANTED.search(text) is None


def message_text(text: str) -> str:
    """A message as it is stored: trimmed, lines ended by \\n; Refused when too long or not text."""
    if len(text) > 4 * LONGEST:
        raise Refused(sentence("The message is too long; 500 characters are enough."))
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(clean) > LONGEST:
        raise Refused(sentence("The message is too long; 500 characters are enough."))
    if not is_clean(clean.replace("\n", " ").replace("\t", " ")):
        raise Refused(sentence("The message has characters that cannot be shown; type it again."))
    return clean
