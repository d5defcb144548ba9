"""Flask-Mail's connection made safe: it ends in time, verifies TLS, and knows who is to blame."""

import smtplib
import ssl
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any, Self

from flask import current_app
from flask_mail import BadHeaderError, Connection, Message, email_dispatched

from config import Settings
from mail.conversation import Conversation
from mail.signing import CannotSign, signed


class ServerError(Exception):
    """The mail server cannot be used at the moment, whatever the message."""


class SafeConnection(Connection):
    """One SMTP connection for many messages: opened for the first, and again after a loss.

    An attempt to send one, opening included, takes MAIL_TIMEOUT seconds at most.
    """

    host: Conversation | None

    def __init__(self, settings: Settings) -> None:
        super().__init__(current_app.extensions["mail"])
        self.settings = settings

    def __enter__(self) -> Self:
        self.host = None
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Until the next message none is needed."""
        if self.host is not None:
            self.host.bid_farewell()
            self.host = None

    def configure_host(self, seconds: float | None = None) -> Conversation:
        """Connect, secure and sign in; ServerError with the reason when any of it fails."""
        try:  # smtplib's own errors are OSErrors
            context = ssl.create_default_context(cafile=self.settings.mail_cafile or None)
            host = Conversation(self.settings, context, seconds or self.settings.mail_timeout)
        except (OSError, ValueError) as error:
            raise ServerError(f"no connection: {error}") from error
        try:
            if self.settings.mail_use_tls:
                host.starttls(context=context)
            host.ehlo_or_helo_if_needed()
            if self.settings.mail_username:
                host.login(self.settings.mail_username, self.settings.mail_password)
        except (OSError, ValueError) as error:
            host.close()
            raise ServerError(f"no session: {error}") from error
        return host

    def send(
        self,
        message: Message,
        envelope_from: str | tuple[str, str] | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Have the server accept a message for all its recipients, or raise.

        `meanwhile` is done while the server takes it in; it must not raise.
        """
        if message.has_bad_headers():
            raise BadHeaderError
        sender = str(envelope_from) if envelope_from else parseaddr(str(message.sender))[1]
        try:
            body = signed(message.as_bytes(), self.settings)
        except CannotSign as error:
            raise ServerError(str(error)) from error
        options = message.mail_options, message.rcpt_options
        said = (meanwhile, sender, message.recipients, body, *options)
        if self.host is None:
            refused = self._say(self.configure_host(), *said)
        else:
            host = self.host
            host.allow(self.settings.mail_timeout)
            try:
                refused = self._say(host, *said)
            except OSError:
                if host.sock or host.has_begun_data:
                    raise
                # Servers close what has been open for long; nothing of this message was taken.
                refused = self._say(self.configure_host(host.left()), *said)
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)
        email_dispatched.send(current_app._get_current_object(), message=message)  # type: ignore[attr-defined]

    def _say(
        self, host: Conversation, meanwhile: Callable[[], None] | None, *said: Any
    ) -> dict[str, tuple[int, bytes]]:
        """One message; the connection is kept unless it was lost."""
        host.meanwhile = meanwhile
        try:
            return host.sendmail(*said)
        finally:
            self.host = host if host.sock else None  # smtplib closes one that was lost or told 421
