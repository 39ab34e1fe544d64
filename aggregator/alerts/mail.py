"""Mails what an alert tells, by SMTP."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from aggregator.alerts import message as messages
from aggregator.alerts.message import Message
from aggregator.errors import DeliveryError, UsageError

if TYPE_CHECKING:
    from email.message import EmailMessage
    from smtplib import SMTP

    from aggregator.config.models import Settings

_PORTS = {"tls": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The server that takes mail. `sender`: the address that it is sent from."""

    host: str
    port: int
    tls: Literal["tls", "starttls", "none"]
    sender: str
    user: str | None
    password: str | None


def server(settings: "Settings") -> SmtpServer:
    """Returns the server of the settings. Raises UsageError where they name none."""
    if settings.smtp_host is None:
        raise UsageError("mail needs a server: set smtp_host in the settings of feeds.yaml, or AGGREGATOR_SMTP_HOST")
    contact = settings.contact if "@" in (settings.contact or "") and "://" not in (settings.contact or "") else None
    sender = settings.smtp_from or contact
    if sender is None:
        raise UsageError("mail needs a sender: set smtp_from in the settings of feeds.yaml, or AGGREGATOR_SMTP_FROM")
    port = settings.smtp_port or _PORTS[settings.smtp_tls]
    return SmtpServer(settings.smtp_host, port, settings.smtp_tls, sender, settings.smtp_user, settings.smtp_password)


async def send(smtp: SmtpServer, address: str, message: Message, seconds: float) -> str:
    """Mails a message within so many seconds; returns what came of it. Raises DeliveryError.

    It runs in a thread of its own, which ends with the process: one of a pool would hold up the exit.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str] = loop.create_future()

    def settle(said: str | None, error: DeliveryError | None) -> None:
        if future.done():  # who waited was cancelled
            return
        if error is None:
            future.set_result(said or "")
        else:
            future.set_exception(error)

    def run() -> None:
        said: str | None = None
        failure: DeliveryError | None = None
        try:
            said = _send(smtp, address, message, seconds)
        except DeliveryError as error:
            failure = error
        except Exception as error:  # a defect of ours must not leave who waits without an answer
            failure = DeliveryError(f"{type(error).__name__}: {error}")
        try:
            loop.call_soon_threadsafe(settle, said, failure)
        except RuntimeError:  # the loop is closed: nobody waits any more
            pass

    threading.Thread(target=run, name="mail", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await future
    except TimeoutError:
        raise DeliveryError(f"{smtp.host}:{smtp.port}: not done within {seconds:g} s") from None


def check(smtp: SmtpServer, seconds: float) -> None:
    """Connects and logs in as for a mail, and sends none. Raises DeliveryError."""
    with _connected(smtp, seconds):
        pass


def _send(smtp: SmtpServer, address: str, message: Message, seconds: float) -> str:
    with _connected(smtp, seconds) as client:
        client.send_message(_written(smtp, address, message), smtp.sender, [address])
    return f"{smtp.host}:{smtp.port} took the mail to {address}"


@contextmanager
def _connected(smtp: SmtpServer, seconds: float) -> "Iterator[SMTP]":
    """Opens a connection, encrypted and logged in as the settings say. Raises DeliveryError for what fails in it."""
    import smtplib  # late, as `email`: few have alerts by mail
    import ssl

    where = f"{smtp.host}:{smtp.port}"
    try:
        tls = ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=seconds, context=tls)
            if smtp.tls == "tls"
            else smtplib.SMTP(smtp.host, smtp.port, timeout=seconds)
        ) as client:
            if smtp.tls == "starttls":
                client.starttls(context=tls)
            if smtp.user is not None:
                client.login(smtp.user, smtp.password or "")
            yield client
    except smtplib.SMTPRecipientsRefused as error:
        address, (code, said) = next(iter(error.recipients.items()))
        raise DeliveryError(f"{where} refused {address}: {_answer(code, said)}") from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(f"{where} answered {_answer(error.smtp_code, error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DeliveryError(f"{where}: {reason}") from error


def _answer(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {text}".split())


def _written(smtp: SmtpServer, address: str, message: Message) -> "EmailMessage":
    from email.message import EmailMessage
    from email.utils import format_datetime

    mail = EmailMessage()
    mail["From"], mail["To"] = smtp.sender, address
    mail["Subject"] = f"[{message.alert}] {message.subject}"
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.created_at, UTC))
    mail["Message-ID"] = f"<{message.id}@{smtp.sender.rpartition('@')[2].strip('> ') or 'aggregator'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(messages.as_markdown(message))
    mail.add_alternative(messages.as_html(message), subtype="html")
    return mail
