"""One HTTP exchange with a deadline and an end from outside that hold in every phase of it.

Looking up a name, connecting, and an answer that arrives byte by byte cannot be cancelled from within, so the exchange
runs in a daemon thread of its own and the caller waits for that thread no longer than it wants to. An exchange that is
given up has its socket shut down, which ends the thread.
"""

import contextlib
import io
import socket
import ssl
import threading
from collections.abc import Callable
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection

from t3monitor import __version__

_CHUNK_BYTES = 65_536
_Address = tuple[socket.AddressFamily, Any]
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "Connection": "close",
    "User-Agent": f"T3Monitor/{__version__}",
}


class Target:
    """The computer and port of a URL that the settings have checked."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.is_encrypted = parts.scheme == "https"
        self.host = parts.hostname or ""
        self.port = parts.port or (443 if self.is_encrypted else 80)
        self.place = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Phase(Enum):
    """How far an exchange has come."""

    LOOK_UP = auto()
    CONNECT = auto()
    TALK = auto()  # connected; the request goes out, the head of the answer comes
    BODY = auto()


class Reply(NamedTuple):
    """What came back; ``location`` is where a redirect points to, ``date`` the time of day by the other computer."""

    status: int
    content_type: str
    location: str
    body: bytes
    date: str = ""


class Stamp(NamedTuple):
    """The date that a reply bore, and our time of day around the exchange, in UTC epoch seconds."""

    date: str
    sent_s: float
    received_s: float


class TooLongError(Exception):
    """The body is longer than the limit."""


class GivenUpError(Exception):
    """Nobody waits for the exchange any more: its time was over, or `Exchange.give_up` was called."""


class _Head(NamedTuple):
    status: int
    content_type: str
    location: str


class Exchange:
    """One request and its reply; from any thread ``phase`` tells how far it came.

    ``arrived_bytes`` counts what came through the socket, head and all, ``received_bytes`` what that makes of the body.
    """

    def __init__(self, target: Target, path: str, body: bytes | None, longest_body_bytes: int) -> None:
        """A GET without ``body``, else a POST of JSON; the limit counts after decompression."""
        self.phase = Phase.LOOK_UP
        self.arrived_bytes = self.received_bytes = 0
        self._target = target
        self._path = path
        self._body = body
        self._limit = longest_body_bytes
        self._timeout_s = 0.0
        self._head: _Head | None = None
        self._chunks: list[bytes] = []
        self._over = threading.Event()
        self._reply: Reply | None = None
        self._error: Exception | None = None
        self._lock = threading.Lock()  # guards the two below
        self._given_up = False
        self._socket: socket.socket | None = None

    def run(self, timeout_s: float) -> Reply:
        """The reply; raises GivenUpError at the deadline, TooLongError, or what the network raises.

        That is OSError (also gaierror and SSLError), http.client's HTTPException or urllib3's HTTPError. Another
        status than 200 needs no whole body to tell what it has to tell.
        """
        self._timeout_s = timeout_s
        threading.Thread(target=self._work, name="t3000-http", daemon=True).start()
        try:
            self._over.wait(timeout_s)
        finally:
            self.give_up()  # ended already, except at the deadline and on Ctrl-C
        if self._reply is not None:
            return self._reply
        if self._head and self._head.status != HTTPStatus.OK and not isinstance(self._error, TooLongError):
            return Reply(*self._head, b"".join(self._chunks))
        raise self._error or GivenUpError

    def give_up(self) -> None:
        """From any thread: has `run` return at once and the thread end as soon as it can."""
        with self._lock:
            self._given_up = True
            if self._socket is not None:
                with contextlib.suppress(OSError):  # it is not connected yet, or not any more
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # an SSL socket's own waits for the peer
        self._over.set()

    def _work(self) -> None:
        try:
            reply = self._converse()
        except Exception as error:  # noqa: BLE001 - the thread that waits raises it
            with self._lock:
                if not self._given_up:
                    self._error = error
        else:
            with self._lock:
                if not self._given_up:
                    self._reply = reply
        finally:
            with self._lock:
                sock, self._socket = self._socket, None
            if sock is not None:
                sock.close()
            self._over.set()

    def _converse(self) -> Reply:
        addresses = socket.getaddrinfo(self._target.host, self._target.port, type=socket.SOCK_STREAM)
        self._enter(Phase.CONNECT)
        sock = self._connect(sorted(((family, address) for family, *_, address in addresses), key=_ipv4_first))
        if self._target.is_encrypted:
            sock = self._encrypt(sock)
        self._enter(Phase.TALK)
        connection = HTTPConnection(self._target.host, self._target.port, timeout=self._timeout_s)
        connection.sock = _Metered(sock, self._arrived)  # all that is used of a socket
        headers = _HEADERS if self._body is None else _HEADERS | {"Content-Type": "application/json"}
        try:
            connection.request(
                "GET" if self._body is None else "POST",
                self._path,
                body=self._body,
                headers=headers,
                preload_content=False,
            )
            response = connection.getresponse()
            try:
                self._enter(Phase.BODY)
                headers_ = response.headers
                self._head = _Head(response.status, headers_.get("Content-Type", ""), headers_.get("Location", ""))
                self._read(response)
                return Reply(*self._head, b"".join(self._chunks), headers_.get("Date", ""))
            finally:
                response.close()
        finally:
            connection.close()

    def _enter(self, phase: Phase) -> None:
        """The next phase; none once it is given up, for a socket that is shut down looks like the end of the head."""
        with self._lock:
            if self._given_up:
                raise GivenUpError
            self.phase = phase

    def _connect(self, addresses: list[_Address]) -> socket.socket:
        failure: OSError | None = None
        for family, address in addresses:
            sock = socket.socket(family, socket.SOCK_STREAM)
            self._hold(sock)
            try:
                sock.settimeout(self._timeout_s)
                sock.connect(address)
                return sock
            except OSError as error:
                failure = failure or error
                sock.close()
        raise failure or OSError("the name has no address")

    def _encrypt(self, sock: socket.socket) -> socket.socket:
        context = ssl.create_default_context()
        encrypted = context.wrap_socket(sock, server_hostname=self._target.host, do_handshake_on_connect=False)
        self._hold(encrypted)
        encrypted.do_handshake()
        return encrypted

    def _hold(self, sock: socket.socket) -> None:
        """Makes a socket the one to be shut down when the exchange is given up."""
        with self._lock:
            self._socket = sock
            if self._given_up:
                sock.close()

    def _read(self, response: BaseHTTPResponse) -> None:
        while chunk := response.read1(_CHUNK_BYTES):
            self.received_bytes += len(chunk)
            if self.received_bytes > self._limit:
                raise TooLongError
            self._chunks.append(chunk)

    def _arrived(self, count: int) -> None:
        self.arrived_bytes += count


class _Metered:
    """A socket that tells how many bytes arrive through it, since an answer may come byte by byte."""

    def __init__(self, sock: socket.socket, on_bytes: Callable[[int], None]) -> None:
        self._sock, self._on_bytes = sock, on_bytes

    def makefile(self, mode: str, *_: Any, **__: Any) -> io.BufferedReader:  # noqa: ARG002 - it is "rb"
        return io.BufferedReader(_MeteredBytes(self._sock, self._on_bytes))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _MeteredBytes(io.RawIOBase):
    def __init__(self, sock: socket.socket, on_bytes: Callable[[int], None]) -> None:
        self._bytes, self._on_bytes = socket.SocketIO(sock, "r"), on_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        count = self._bytes.readinto(buffer)
        self._on_bytes(count or 0)
        return count


def _ipv4_first(address: _Address) -> bool:
    """T3000 listens on IPv4 alone, and Windows takes seconds to find that out for each IPv6 address."""
    return address[0] is not socket.AF_INET
