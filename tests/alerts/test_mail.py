"""Alerts by mail against a real SMTP server."""

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from aggregator.alerts import deliver
from aggregator.config.models import Settings
from aggregator.engines.doctor import examine
from aggregator.errors import UsageError
from aggregator.store.engine import Store
from tests.alerts.newsroom import NOW, add, listed, publish, run


class Mailbox:
    """Takes mail, but what `answer` refuses."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[str] = []
        self.answer = "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.to += envelope.rcpt_tos
        return self.answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def settings(mailbox: Mailbox) -> Iterator[Settings]:
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none", contact="ed@example.org")
    controller.stop()


def test_a_story_is_mailed_as_text_and_html(store: Store, mailbox: Mailbox, settings: Settings) -> None:
    add(store, "ferries", "ferry", "mail", "me@example.net", settings=settings)
    publish(store, "ferry")
    assert run(store, settings=settings).delivered == 1
    assert run(store, settings=settings).delivered == 0
    (mail,) = mailbox.mails
    assert mailbox.to == ["me@example.net"]
    assert (mail["From"], mail["To"]) == ("ed@example.org", "me@example.net")
    assert mail["Subject"] == "[ferries] News of the ferry"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].startswith("<msg_")
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert "[News of the ferry](<https://a.example/ferry>)" in plain.get_content()
    assert '<a href="https://a.example/ferry">News of the ferry</a>' in html.get_content()


def test_a_failure_is_tried_again_under_the_same_id(store: Store, mailbox: Mailbox, settings: Settings) -> None:
    add(store, "ferries", "ferry", "mail", "me@example.net", settings=settings)
    publish(store, "ferry")
    mailbox.answer = "451 later"
    ((_, reason),) = run(store, settings=settings).failures
    assert "451 later" in reason
    mailbox.answer = "250 OK"
    assert run(store, NOW + 60, settings).delivered == 1
    assert len(mailbox.mails) == 1


def test_doctor_tells_beforehand_whether_mail_can_be_sent(
    store: Store, mailbox: Mailbox, settings: Settings, tmp_path: Path
) -> None:
    add(store, "ferries", "ferry", "mail", "me@example.net", settings=settings)
    mine = {"AGGREGATOR_SMTP_HOST": "127.0.0.1", "AGGREGATOR_SMTP_PORT": str(settings.smtp_port)}
    mine |= {"AGGREGATOR_SMTP_TLS": "none", "AGGREGATOR_CONTACT": "ed@example.org"}

    def found(**more: str) -> list[tuple[str, str]]:
        return [one for one in examine(None, store.url, mine | more) if "mail" in one[1] or "127.0.0.1" in one[1]]

    assert found() == [("ok", f"mail: 127.0.0.1:{settings.smtp_port} answers")]
    assert mailbox.mails == []
    ((kind, said),) = found(AGGREGATOR_SMTP_PORT="1")
    assert (kind, said.split(": ")) == ("FAIL", ["mail can't be sent", "127.0.0.1:1", "Connection refused"])
    ((kind, said),) = found(AGGREGATOR_SMTP_HOST="")
    assert (kind, said.startswith("mail needs a server: set smtp_host")) == ("FAIL", True)


def test_what_can_go_wrong(store: Store, settings: Settings) -> None:
    add(store, "ferries", "ferry", "mail", "nobody@example.net", settings=settings)
    publish(store, "ferry")
    ((_, refused),) = run(store, settings=settings).failures
    assert "refused nobody@example.net: 550 no such mailbox" in refused
    unreachable = settings.model_copy(update={"smtp_port": 1})
    ((_, reason),) = run(store, NOW + 60, unreachable).failures
    assert reason.startswith("127.0.0.1:1: Connection refused")
    ((_, reason),) = run(store, NOW + 3600, settings.model_copy(update={"smtp_user": "me"})).failures
    assert "AUTH" in reason
    ((_, reason),) = run(store, NOW + 7200, settings.model_copy(update={"smtp_tls": "starttls"})).failures
    assert "STARTTLS" in reason
    ((_, reason),) = run(store, NOW + 86_400, Settings()).failures
    assert reason.startswith("mail needs a server: set smtp_host")
    assert "mail needs a server" in (listed(store)["ferries"].problem or "")


def test_a_server_that_wants_encryption_and_a_login(
    store: Store, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def login(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given == LoginPassword(b"me", b"secret"), handled=False)

    port = free_port()
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=port, tls_context=context, authenticator=login, auth_required=True
    )
    controller.start()
    good = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_user="me", smtp_password="secret", smtp_from="x@y.org")
    add(store, "ferries", "ferry", "mail", "me@example.net", settings=good)
    publish(store, "ferry")
    ((_, reason),) = run(store, settings=good).failures  # by an authority that nobody knows
    assert "CERTIFICATE_VERIFY_FAILED" in reason
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    ((_, reason),) = run(store, NOW + 60, good.model_copy(update={"smtp_password": "wrong"})).failures
    assert "535" in reason
    assert "wrong" not in reason
    assert run(store, NOW + 3600, good).delivered == 1
    controller.stop()
    assert mailbox.mails[0]["From"] == "x@y.org"


def test_a_silent_server_holds_nobody_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none", smtp_from="x@y.org")
        add(store, "ferries", "ferry", "mail", "me@example.net", settings=settings)
        publish(store, "ferry")
        ((_, reason),) = run(store, settings=settings).failures
    assert "not done within 0.2 s" in reason


def test_mail_without_a_server_or_a_sender_is_refused_when_it_is_added(store: Store) -> None:
    with pytest.raises(UsageError, match="smtp_host"):
        add(store, "x", "ferry", "mail", "me@example.net")
    with pytest.raises(UsageError, match="smtp_from"):
        add(store, "x", "ferry", "mail", "me@example.net", settings=Settings(smtp_host="h", contact="https://me.org"))
    with pytest.raises(UsageError, match="not an e-mail address"):
        add(store, "x", "ferry", "mail", "me", settings=Settings(smtp_host="h", smtp_from="a@b.org"))
    assert listed(store) == {}
