"""A letter as the message that goes out: exact headers, and a body that any server can carry."""

import email.policy
from binascii import b2a_qp
from email.mime.base import MIMEBase
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, make_msgid

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


class _AsWritten(email.policy.Compat32):
    """Headers as they are: folding would encode a long address, or unquote a long name."""

    def fold_binary(self, name: str, value: str) -> bytes:
        said = self.linesep.join(str(value).splitlines())
        return f"{name}: {said}{self.linesep}".encode("ascii", "surrogateescape")


_policy = _AsWritten(linesep="\r\n")


class Post(Message):
    """Flask-Mail's message, with every header checked and no line longer than SMTP allows."""

    file_name = ""
    return_address = ""  # where what comes back is to go; the sender's where empty

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMENonMultipart:  # type: ignore[override]
        text = text or ""
        if text.isascii() and all(len(line) < _LONGEST_LINE for line in text.splitlines()):
            return MIMEText(text, subtype, "us-ascii")
        # Written in C: email's own encoder takes longer than all the rest of a message.
        part = MIMENonMultipart("text", subtype, charset="utf-8")
        part["Content-Transfer-Encoding"] = "quoted-printable"
        part.set_payload(b2a_qp(text.encode(), istext=True).decode("ascii"))
        return part

    def _message(self) -> MIMEBase:
        message = super()._message()
        message.policy = _policy
        # One that email makes up costs it a search for it in the whole message.
        for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
            part.set_boundary(f"=_{number}_{self.msgId.strip('<>').partition('@')[0]}")
        # Flask-Mail would encode even a plain name.
        message.replace_header("From", str(self.sender))
        return message

    def has_bad_headers(self) -> bool:
        """Whether any header, our own ones included, holds a line break."""
        said = [self.subject, self.msgId, *(self.extra_headers or {}).values()]
        return super().has_bad_headers() or any("\r" in text or "\n" in text for text in said)

    def as_bytes(self) -> bytes:
        if self.has_bad_headers():
            raise BadHeaderError
        return super().as_bytes()


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
