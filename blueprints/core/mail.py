"""Mail: a row in the outbox in the transaction of the act, sent by the worker.

``QIHANG_MAIL_URL`` says where to: a folder of ``.eml`` files by default, or an SMTP server. A message
keeps its Message-ID over every try, so that a retry after a lost answer is one message to the reader.
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, jobs
from .db import Model, db, unit
from .settings import Settings


class OutgoingMail(Model):
    """One message to one person, in the words of their language at the time."""

    __tablename__ = "outgoing_mail"

    to_name: Mapped[str]
    to_address: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def send(name: str, address: str, subject: str, body: str) -> None:
    """Put a message into the outbox of this transaction."""
    message = OutgoingMail(
        to_name=name,
        to_address=address,
        subject=subject.replace("\n", " "),
        body=body,
        message_id="",
        created_at=clock.now(),
    )
    message.message_id = f"<{message.id}@{urlsplit(_settings().public_url).hostname}>"
    db.session.add(message)
    jobs.enqueue("core.mail", message_id=message.id)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["qihang.settings"]
    return settings


@jobs.handles("core.mail", lease=60)
def _deliver(job: jobs.Job, message_id: int) -> None:
    with unit("read"):
        row = db.session.get_one(OutgoingMail, message_id)
        message, sent = _compose(row), row.sent_at
    if sent is None:
        _hand_over(message)
    with unit("write"):
        db.session.get_one(OutgoingMail, message_id).sent_at = clock.now()
        jobs.close(job)


def _compose(row: OutgoingMail) -> EmailMessage:
    host = urlsplit(_settings().public_url).hostname or "localhost"
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = row.message_id
    message["Date"] = format_datetime(row.created_at)
    message["From"] = Address("启航 Qihang", "qihang", host if "." in host else "qihang.invalid")
    user, _, domain = row.to_address.rpartition("@")
    message["To"] = Address(row.to_name, user, domain)
    message["Subject"] = row.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body)
    return message


def _hand_over(message: EmailMessage) -> None:
    parts = urlsplit(_settings().mail_url)
    if parts.scheme == "file":
        folder = Path(url2pathname(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").replace("@", "-at-").replace("/", "_")
        (folder / f"{name}.eml").write_bytes(message.as_bytes())
        return
    make = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with make(parts.hostname or "localhost", parts.port or 0, timeout=20) as server:
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
