"""E-mail after RFC 5322, handed to a mail server over SMTP."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

from app.clock import BEIJING
from app.surveys.distribution.errors import NotSentError, RejectedError, UnsureError
from app.surveys.distribution.providers.message import Outgoing

_TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server.

    Attributes:
        host, port: Where it listens.
        sender: Address the mail comes from.
        sender_name: Name beside it.
        security: ``tls`` from the first byte, ``starttls``, or ``none`` for a server in the house.
        user, password: For servers that ask; empty for those that do not.
    """

    host: str
    port: int
    sender: str
    sender_name: str
    security: str = "starttls"
    user: str = ""
    password: str = ""
    suffix: str = "eml"

    def compose(self, message: Outgoing, *, attempt: int, now: datetime) -> bytes:
        """Return the mail with its headers."""
        return self._mail(message, now).as_bytes(policy=SMTP_POLICY)

    def send(self, message: Outgoing, *, attempt: int, now: datetime) -> str:
        """Send one mail and return its Message-ID."""
        mail = self._mail(message, now)
        with self._server() as server:
            try:
                server.send_message(mail)
            except smtplib.SMTPRecipientsRefused as error:
                code = next(iter(error.recipients.values()))[0]
                # 4xx asks to come back later; 5xx is an answer.
                raise (RejectedError if code >= 500 else NotSentError)(str(code)) from error
            except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
                raise NotSentError(str(error.smtp_code)) from error
            except (smtplib.SMTPException, OSError) as error:
                raise UnsureError(type(error).__name__) from error
        return str(mail["Message-ID"])

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        try:
            server = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(type(error).__name__) from error
        try:
            yield server
        finally:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.security == "tls":
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT)
        if self.security == "starttls":
            server.starttls(context=context)
        if self.user:
            server.login(self.user, self.password)
        return server

    def _mail(self, message: Outgoing, now: datetime) -> EmailMessage:
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"] = Address(self.sender_name, addr_spec=self.sender)
        mail["To"] = Address(addr_spec=message.to)
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(now.astimezone(BEIJING))
        mail["Message-ID"] = f"<{message.key}@{self.sender.partition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text, charset="utf-8", cte="base64")
        return mail
