"""Flask-Mail's SMTP connection made safe: it times out, verifies TLS, and knows who is to blame."""

import smtplib
import ssl
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from flask import current_app
from flask_mail import BadHeaderError, Connection, Message, email_dispatched, sanitize_address

from config import Settings


class ServerError(Exception):
    """The mail server cannot be used at the moment, whatever the message."""


class SafeConnection(Connection):
    """One SMTP connection for a batch: opened for its first message, and again after a loss."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(current_app.extensions["mail"])
        self.settings = settings

    def __enter__(self) -> Self:
        self.host = None
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self.host is not None:
            try:
                self.host.quit()
            except OSError:
                self.host.close()  # what was accepted stays accepted
            self.host = None

    def configure_host(self) -> smtplib.SMTP:
        """Connect, secure and sign in; ServerError with the reason when any of it fails."""
        try:  # smtplib's own errors are OSErrors
            context = ssl.create_default_context(cafile=self.settings.mail_cafile or None)
            host = self._connected(context)
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

    def _connected(self, context: ssl.SSLContext) -> smtplib.SMTP:
        server, port = self.settings.mail_server, self.settings.mail_port
        name, seconds = ehlo_name(self.settings.host), self.settings.mail_timeout
        if self.settings.mail_use_ssl:
            return smtplib.SMTP_SSL(
                server, port, local_hostname=name, timeout=seconds, context=context
            )
        return smtplib.SMTP(server, port, local_hostname=name, timeout=seconds)

    def send(self, message: Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Have the server accept a message for all its recipients, or raise."""
        if message.has_bad_headers():
            raise BadHeaderError
        sender = sanitize_address(envelope_from or message.sender)
        recipients = [sanitize_address(address) for address in message.send_to]
        body = message.as_bytes()
        self.host = self.host or self.configure_host()
        try:
            refused = self.host.sendmail(
                sender, recipients, body, message.mail_options, message.rcpt_options
            )
        finally:
            if self.host.sock is None:  # smtplib closes a connection that was lost or told 421
                self.host = None
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)
        email_dispatched.send(current_app._get_current_object(), message=message)  # type: ignore[attr-defined]


def ehlo_name(host: str) -> str:
    """How we name ourselves: the public host, an address in brackets; nothing is looked up."""
    try:
        address = ip_address(host)
    except ValueError:
        return host or "localhost"
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"
