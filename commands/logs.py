"""What is written to logs: never a token, never a whole address, whoever writes it."""

import logging
from typing import Any

from mail.refusals import concealed

# Strangers choose how much is quoted of them. A traceback says at its end what went wrong.
LONGEST, LONGEST_TRACEBACK = 2_000, 20_000

_plain = logging.LogRecord
_traceback = logging.Formatter().formatException


def conceal() -> None:
    """From now on every record of this process, of any logger and level, is without them.

    A web server quotes the request line it cannot read, and a database the row it refuses.
    """
    logging.setLogRecordFactory(_record)
    # A handler that fails would otherwise print the call as it was made.
    logging.raiseExceptions = False


def _record(*given: Any, **named: Any) -> logging.LogRecord:
    record = _plain(*given, **named)
    try:
        said = record.getMessage()
    except (TypeError, ValueError, KeyError):
        said = "a message whose parts do not fit"  # no reason to fail the work that is logged
    record.msg, record.args = concealed(_cut(said, LONGEST)), ()
    if record.exc_info and record.exc_info[0]:
        record.exc_text = concealed(_cut(_traceback(record.exc_info), LONGEST_TRACEBACK))
    return record


def _cut(text: str, longest: int) -> str:
    """Its beginning in whole words: of a part nobody could say that it is a token or an address."""
    return text if len(text) <= longest else f"{text[:longest].rpartition(' ')[0]} …"
