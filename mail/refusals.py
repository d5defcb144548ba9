"""What an error of the mail server means: for good or for now, and how it is written down."""

import re
import smtplib

from flask_mail import BadHeaderError

from mail import status
from mail.smtp import ServerError
from mail.wording import one_line, shortened

_AUTHENTICATION = {530, 534, 535, 538}
_TOO_LARGE = 552
_CLOSING = 421
_PERMANENT = range(500, 600)
_STATUS = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")
# A server may quote what it refuses: neither an address nor a link goes on into our own records.
# Both begin only where a word does: tried from each of its letters, a long one would take for ever.
_PART = r"[^\s<>()\"',;:=&?]"
_ADDRESS = re.compile(rf"(?<!{_PART}){_PART}+(?:@|%40)(?=[\w\[])")
_LINK = re.compile(r"https?://\S*")
# What is long and no name in a program: those are lower case words.
_SECRET = re.compile(r"(?<![\w%-])(?![a-z_]+(?![\w%-]))[\w%-]{24,}")


def is_final(error: Exception) -> bool:
    """Whether this message or its recipient was refused for good, rather than for now."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = {code for code, _reason in error.recipients.values()}
            return all(code in _PERMANENT and code not in _AUTHENTICATION for code in codes)
        case smtplib.SMTPDataError():
            return error.smtp_code in _PERMANENT and error.smtp_code not in _AUTHENTICATION
        case smtplib.SMTPSenderRefused():
            return error.smtp_code == _TOO_LARGE  # any other refusal would meet every message
        case smtplib.SMTPNotSupportedError() | BadHeaderError() | ValueError():
            return True
    return False


def is_about_the_address(error: Exception) -> bool:
    """Whether the server said of a refusal for good that there is no such mailbox."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    said = [_STATUS.search(_answer(*answer)) for answer in error.recipients.values()]
    return all(found and status.condemns(found[0]) for found in said)


def is_loss(error: Exception) -> bool:
    """Whether it is the server that went away, not the message that was refused for now."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == _CLOSING for code, _said in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == _CLOSING
    return isinstance(error, ServerError | OSError)


def reason(error: Exception | None) -> str:
    """What went wrong, without addresses and links."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = _answer(*next(iter(error.recipients.values())))
    elif isinstance(error, smtplib.SMTPResponseException):
        said = _answer(error.smtp_code, error.smtp_error)
    return plainly(said)


def plainly(said: str) -> str:
    """What somebody else's server says, as one short line without addresses and links."""
    return shortened(one_line(concealed(_LINK.sub("…", said))), 200)


def concealed(text: str) -> str:
    """A text without the names of addresses and without tokens, for whoever reads our logs."""
    return _ADDRESS.sub("•••@", _SECRET.sub("…", text))


def _answer(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
