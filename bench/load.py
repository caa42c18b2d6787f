"""Asking a server for pages: signing in once, then a few plain keep-alive connections.

The client shares the machine with the server, so it does no more than it must: one thread, one selector,
requests made beforehand, answers read by their length. Times are in seconds.
"""

from __future__ import annotations

import re
import selectors
import socket
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Times:
    """How long each answer took, and how long all of them together."""

    each: Sequence[float]
    took: float

    @property
    def median(self) -> float:
        return statistics.median(self.each)

    @property
    def p99(self) -> float:
        return sorted(self.each)[max(0, round(len(self.each) * 0.99) - 1)]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.each) / self.took

    def __add__(self, other: Times) -> Times:
        return Times([*self.each, *other.each], self.took + other.took)


class Visitor:
    """A browser as far as a benchmark needs one: it keeps its cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[HTTPResponse, bytes]:
        """One request on a connection of its own; the answer's body is read."""
        connection = HTTPConnection(HOST, self.port, timeout=120)
        headers = {"Cookie": self.cookie, "Accept-Language": "zh-CN"} | ({"Content-Type": kind} if kind else {})
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for line in answer.msg.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer, content

    @property
    def cookie(self) -> str:
        return "; ".join(f"{k}={v}" for k, v in self.cookies.items())

    def token(self, path: str) -> str:
        """The CSRF token of a page's form."""
        found = re.search(rb'name="csrf_token" value="([^"]+)"', self.ask("GET", path)[1])
        if found is None:
            raise RuntimeError(f"{path} has no form")
        return found[1].decode()

    def sign_in(self, username: str, password: str) -> Visitor:
        fields = {"csrf_token": self.token("/sign-in"), "username": username, "password": password}
        answer, _body = self.ask("POST", "/sign-in", urlencode(fields).encode(), "application/x-www-form-urlencoded")
        if answer.status != 303:
            raise RuntimeError(f"{username} could not sign in: {answer.status}")
        return self


@dataclass
class _Line:
    """One connection with one request under way."""

    socket: socket.socket
    begun: float = 0.0
    got: bytearray = field(default_factory=bytearray)

    def is_whole(self) -> bool:
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return False
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if length is None or not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"not the answer that was expected: {bytes(head)!r}")
        return len(body) >= int(length[1])


def asked(port: int, path: str, cookie: str = "", *, connections: int = 1, seconds: float) -> Times:
    """Ask for one page on so many connections, each again as soon as it is answered."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: {cookie}\r\nAccept-Language: zh-CN\r\n\r\n".encode()
    )
    lines = [_Line(socket.create_connection((HOST, port))) for _n in range(connections)]
    each: list[float] = []
    begun = time.perf_counter()
    with selectors.DefaultSelector() as ready:
        for line in lines:
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(line.socket, selectors.EVENT_READ, line)
            _send(line, request)
        while (now := time.perf_counter()) - begun < seconds:
            for key, _events in ready.select(1.0):
                line = key.data
                line.got += line.socket.recv(1 << 18)
                if line.is_whole():
                    each.append(time.perf_counter() - line.begun)
                    _send(line, request)
    for line in lines:
        line.socket.close()
    return Times(each, now - begun)


def _send(line: _Line, request: bytes) -> None:
    line.got.clear()
    line.begun = time.perf_counter()
    line.socket.sendall(request)
