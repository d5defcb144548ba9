"""Free text from people: a message, a note, a name on an order."""

from matching import characters
from matching.sentences import Refused, sentence

LONGEST = 500


def is_clean(text: str) -> bool:
    """Whether a line of text has only characters that a reader can see or that join others."""
    return characters.unwanted.search(text) is None


def visible(text: str) -> str:
    """What of a line can be shown and stored."""
    return characters.unwanted.sub("", text)


def message_text(text: str) -> str:
    """A message as it is stored: trimmed, lines ended by \\n; Refused when too long or not text."""
    if len(text) > 4 * LONGEST:
        raise Refused(sentence("The message is too long; 500 characters are enough."))
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(clean) > LONGEST:
        raise Refused(sentence("The message is too long; 500 characters are enough."))
    if not is_clean(clean.replace("\n", " ").replace("\t", " ")):
        raise Refused(sentence("The message has characters that cannot be shown; type it again."))
    return "" if characters.is_blank(clean) else clean
