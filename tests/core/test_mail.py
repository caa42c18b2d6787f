"""Mail: a row in the transaction of the act, sent by the worker, once."""

from __future__ import annotations

import email
import socketserver
import threading
from dataclasses import replace
from datetime import timedelta
from email.policy import default

import pytest
import sqlalchemy as sa

from blueprints.core import clock, jobs, mail
from blueprints.core.db import unit
from tests.machine import free_port


@pytest.fixture
def outbox(app, tmp_path, monkeypatch):
    """Mail of this test goes to a folder of its own."""
    settings = replace(app.extensions["qihang.settings"], mail_url=(tmp_path / "mail").as_uri())
    monkeypatch.setitem(app.extensions, "qihang.settings", settings)
    with app.app_context():
        yield tmp_path / "mail"


def send(subject: str = "林老师看完了你的简历") -> str:
    with unit("write") as session:
        mail.send("孟归舟", "meng@example.edu.cn", subject, "请看标注。\n\nhttp://localhost/clinic/1\n")
        session.flush()
        return session.scalars(sa.select(mail.OutgoingMail.message_id)).one()


def sent_at():
    with unit("read") as session:
        return session.scalars(sa.select(mail.OutgoingMail.sent_at)).one()


def test_a_mail_is_a_file_in_the_folder_in_the_words_of_its_reader(outbox):
    message_id = send()
    assert not outbox.exists(), "nothing is sent inside the act"
    assert jobs.drain() == 1
    (file,) = outbox.glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    assert message["Subject"] == "林老师看完了你的简历"
    assert message["To"].addresses[0].display_name == "孟归舟"
    assert message["To"].addresses[0].addr_spec == "meng@example.edu.cn"
    assert message["Message-ID"] == message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert "请看标注。" in message.get_content()
    assert sent_at() == clock.now()


def test_an_act_that_is_rolled_back_sends_nothing(outbox):
    with pytest.raises(ZeroDivisionError), unit("write") as session:
        mail.send("孟归舟", "meng@example.edu.cn", "no", "no")
        session.flush()
        raise ZeroDivisionError
    assert jobs.drain() == 0
    assert not outbox.exists()


def test_a_line_break_in_a_subject_adds_no_header(outbox):
    send("Hello\nBcc: everyone@example.edu.cn")
    jobs.drain()
    message = email.message_from_bytes(next(outbox.glob("*.eml")).read_bytes(), policy=default)
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: everyone@example.edu.cn"


class Postman(socketserver.StreamRequestHandler):
    """As much of a mail server as smtplib needs; keeps what it is given."""

    received: list[bytes] = []

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().strip():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.received.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


def test_mail_waits_for_a_server_that_is_down_and_is_sent_once_when_it_is_back(app, monkeypatch, frozen):
    port = free_port()
    settings = replace(app.extensions["qihang.settings"], mail_url=f"smtp://127.0.0.1:{port}")
    monkeypatch.setitem(app.extensions, "qihang.settings", settings)
    Postman.received.clear()
    with app.app_context():
        message_id = send()
        assert jobs.drain() == 1
        assert sent_at() is None
        with socketserver.ThreadingTCPServer(("127.0.0.1", port), Postman) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with clock.told(frozen + timedelta(seconds=10)):
                assert jobs.drain() == 1
                assert jobs.drain() == 0
            server.shutdown()
        assert sent_at() == frozen + timedelta(seconds=10)
    (content,) = Postman.received
    assert email.message_from_bytes(content, policy=default)["Message-ID"] == message_id
