"""A letter as the message that goes out: exact headers, and a body that any server can carry."""

from binascii import b2a_qp
from email.header import Header
from email.utils import formataddr, formatdate, make_msgid
from functools import cached_property

import flask_mail
from flask_mail import BadHeaderError, Message

from config import Settings
from mail import verp
from mail.rendering import Letter
from mail.wording import one_line
from records import clock

_LONGEST_LINE = 998

# Flask-Mail would ask the DNS for this host's name, for a Message-ID that each letter replaces.
vars(flask_mail)["make_msgid"] = lambda: make_msgid(domain="homeport")


class Post(Message):
    """Flask-Mail's message, with every header checked and no line longer than SMTP allows.

    It is written out here: the email package takes six times as long, folds long addresses, and
    nests what has no attachment in one part more.
    """

    file_name = ""
    return_address = ""  # where what comes back is to go; the sender's where empty

    def has_bad_headers(self) -> bool:
        """Whether any header, our own ones included, holds a line break."""
        said = [self.subject, self.msgId, *(self.extra_headers or {}).values()]
        return super().has_bad_headers() or any("\r" in text or "\n" in text for text in said)

    def as_bytes(self) -> bytes:
        """The message as it goes out; raises BadHeaderError, or ValueError for a bare address."""
        if self.has_bad_headers():
            raise BadHeaderError
        return self._written

    @cached_property
    def _written(self) -> bytes:
        boundary = f"=_{self.msgId.strip('<>').partition('@')[0]}"
        headers = {
            "MIME-Version": "1.0",
            "Subject": _encoded(self.subject),
            "From": str(self.sender),
            "To": ", ".join(map(str, self.recipients)),
            "Date": formatdate(self.date, localtime=True),
            "Message-ID": self.msgId,
            "Reply-To": self.reply_to,
            **(self.extra_headers or {}),
        }
        parts = [_part(self.body or "", "plain")]
        if self.html:
            headers["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
            parts.append(_part(self.html, "html"))
            middle, end = f"\r\n--{boundary}\r\n", f"\r\n--{boundary}--\r\n"
            body = f"\r\n{middle}{middle.join(parts)}{end}"
        else:
            body = parts[0]
        head = "".join(f"{name}: {said}\r\n" for name, said in headers.items() if said)
        return (head + body).encode("ascii")


def _encoded(subject: str) -> str:
    return subject if subject.isascii() else Header(subject, "utf-8").encode(linesep="\r\n")


def _part(text: str, subtype: str) -> str:
    """A body with its headers, in ASCII."""
    text = "\r\n".join(text.splitlines()) + "\r\n"
    charset, encoding = "us-ascii", "7bit"
    if not text.isascii() or len(max(text.split("\r\n"), key=len)) >= _LONGEST_LINE:
        charset, encoding = "utf-8", "quoted-printable"
        text = b2a_qp(text.encode(), istext=True).decode("ascii")
    return (
        f'Content-Type: text/{subtype}; charset="{charset}"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n{text}"
    )


def addressed(letter: Letter, settings: Settings) -> Post:
    """The message to a letter's one reader."""
    post = Post(
        subject=letter.subject,
        recipients=[letter.to],
        sender=formataddr((one_line(settings.seller_name), settings.sender)),
        reply_to=settings.support_address,
        body=letter.text,
        html=letter.html,
        date=clock.now().timestamp(),
        extra_headers={
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            # For whoever counts complaints: what kind of mail it is, never to whom.
            "Feedback-ID": f"{letter.name}:transactional:homeport",
        },
    )
    post.msgId = letter.message_id
    unique = letter.message_id.strip("<>").partition("@")[0]
    post.return_address = verp.return_address(
        settings.mail_bounces, letter.row_id, unique, settings.secret_key
    )
    # The same letter written twice is one file, and letters sort as they were queued.
    queued = f"{letter.queued_at:%Y%m%dT%H%M%SZ}"
    post.file_name = f"{queued}-{letter.row_id:08d}-{unique}.eml"
    return post
