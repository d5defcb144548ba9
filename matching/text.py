"""Free text from people: a message, a note."""

from matching.sentences import Refused, sentence

LONGEST = 500
_ALLOWED = "\n\t\u200c\u200d"  # the joiners hold emoji and several scripts together


def message_text(text: str) -> str:
    """A message as it is stored: trimmed, lines ended by \\n; Refused when too long or not text."""
    if len(text) > 4 * LONGEST:
        raise Refused(sentence("The message is too long; 500 characters are enough."))
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(clean) > LONGEST:
        raise Refused(sentence("The message is too long; 500 characters are enough."))
    if any(not (c.isprintable() or c in _ALLOWED) for c in clean):
        raise Refused(sentence("The message has characters that cannot be shown; type it again."))
    return clean
