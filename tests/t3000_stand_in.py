"""A stand-in for T3000's web service: a real HTTP server on loopback around `t3000_model`.

An answer leaves it when T3000's would, and a call holds T3000's lock until then, whether or not its client waits; with
the clock of a test that waiting moves the clock. Tests give it moods. By hand it serves a building to try the window
on:

    python tests/t3000_stand_in.py --port 9103 --panels 10
    t3monitor sync --link webapi --url http://127.0.0.1:9103 --cycles 3
"""

import argparse
import gzip
import json
import re
import sys
import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum, auto
from functools import cache, partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from clock import FakeClock
from t3monitor.model.point_types import PointType
from t3000_log import HISTORY
from t3000_model import BRIDGE_ERROR, BROKEN_OFF, LOCK_ERROR, TIMESTAMP, T3000Model
from t3000_panels import PanelModel, make_panels, make_thermostats

FFI_CALL, HEALTH, DEVICES = "/api/t3000/ffi/call", "/api/health", "/api/t3_device/devices"
SERVER_TIME = "/api/server/time"
LARGEST_REQUEST = 2 * 1024 * 1024
BOMB_MEGABYTES = 110  # more than the program takes at most


class Mood(Enum):
    """What the server does with a call instead of answering it well."""

    WELL = auto()
    STARTING = auto()
    LOCKED = auto()
    NOT_LOADED = auto()
    NO_FUNCTION = auto()
    CODE_MINUS_1 = auto()
    JOIN_ERROR = auto()
    BRIDGE_ERROR = auto()
    WARM_UP = auto()
    PANELS_WARM_UP = auto()
    TEXT = auto()
    FORBIDDEN = auto()
    UNSUPPORTED = auto()
    TOO_LARGE = auto()
    BAD_REQUEST = auto()
    NOT_JSON = auto()
    LIST = auto()
    UNKNOWN_OBJECT = auto()
    OTHER_ACTION = auto()
    OTHER_PROGRAM = auto()
    OTHER_PROGRAM_404 = auto()
    OLD_BUILD = auto()
    REDIRECT = auto()
    GARBAGE = auto()
    CLOSED = auto()
    HANG = auto()
    SLOW_HEAD = auto()
    SLOW_BODY = auto()
    CUT_OFF = auto()
    CUT_OFF_CHUNKED = auto()
    CUT_OFF_ERROR = auto()
    SLOW_ERROR = auto()
    UNAVAILABLE = auto()
    BROKEN_GZIP = auto()
    BOMB = auto()


EVERYWHERE = {Mood.OTHER_PROGRAM, Mood.OTHER_PROGRAM_404, Mood.REDIRECT, Mood.GARBAGE, Mood.CLOSED}
_SERVICE_ERRORS = {
    Mood.STARTING: "MFC application not initialized",
    Mood.LOCKED: LOCK_ERROR,
    Mood.NOT_LOADED: "T3000 FFI functions not loaded",
    Mood.NO_FUNCTION: "FFI function not loaded",
    Mood.CODE_MINUS_1: "FFI call returned error code: -1",
    Mood.JOIN_ERROR: "FFI blocking task join error: task 17 panicked",
}
_TEXTS = {
    Mood.FORBIDDEN: (403, "go away"),
    Mood.UNAVAILABLE: (503, "too many calls"),
    Mood.UNSUPPORTED: (415, "Expected request with `Content-Type: application/json`"),
    Mood.TOO_LARGE: (413, "length limit exceeded"),
    Mood.BAD_REQUEST: (400, "Failed to parse the request body as JSON"),
    Mood.NOT_JSON: (200, "T3000 has nothing to say"),
    Mood.LIST: (200, "[1,2,3]"),
    Mood.UNKNOWN_OBJECT: (200, '{"hello":"world"}'),
    Mood.OTHER_ACTION: (200, '{"action":"GET_ENTRIES_RES","data":[]}'),
    Mood.OLD_BUILD: (404, ""),
}
_WARM_UP_CODES = {Mood.WARM_UP: "T3000_WARMUP", Mood.PANELS_WARM_UP: "T3000_PANELS_WARMUP"}


class Request(NamedTuple):
    """A request that arrived."""

    method: str
    path: str
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class StandIn:
    """The server; it runs from its making to `close`, and then leaves no thread behind."""

    def __init__(
        self,
        panels: list[PanelModel] | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
        utc_s: Callable[[], float] = time.time,
        port: int = 0,
        wait_until: Callable[[float], None] | None = None,
        *,
        hurries: bool = False,
    ) -> None:
        self.t3000 = T3000Model(make_panels(3) if panels is None else panels, monotonic_s, utc_s)
        if hurries:
            self.t3000.hurry()
        self.mood = Mood.WELL
        self.moods: list[Mood] = []  # of the next calls, before that of the others
        self.compresses = False
        self.ascii = True
        self.tells_time = True  # as builds do that have the page for it
        self.tells_history = True
        self.history_status = 200  # 500: its database cannot be read
        self.requests: list[Request] = []
        self.arrived = threading.Event()
        self.closing = threading.Event()
        self._lock = threading.Lock()  # guards the model
        self._monotonic_s = monotonic_s
        self._wait_until = wait_until or self._waiting()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="stand-in")
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def calls(self) -> list[Any]:
        """The request objects that reached T3000."""
        return [request.json for request in self.requests if request.path == FFI_CALL]

    def actions(self, action: int) -> list[Any]:
        return [call for call in self.calls if call["action"] == action]

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> "StandIn":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def answer(self, request: bytes) -> tuple[int, bytes] | None:
        """Status and body, when they leave T3000; None if T3000 ends before."""
        read = json.loads(request)
        with self._lock:
            timed = self.t3000.begin(read)
            starts = self.t3000.starts
        self._wait_until(timed.until_s)
        if timed.status == BROKEN_OFF or self.closing.is_set() or self.t3000.starts != starts:
            return None
        return timed.status, self.line(timed.answer)

    def history(self, serial_number: int, trendlog_id: str, request: object) -> tuple[int, bytes] | None:
        """Status and body of T3000's own history; None if T3000 ends before."""
        with self._lock:
            timed = self.t3000.history(serial_number, trendlog_id, request)
            starts = self.t3000.starts
        self._wait_until(timed.until_s)
        if self.closing.is_set() or self.t3000.starts != starts:
            return None
        return timed.status, self.line(timed.answer)

    @property
    def histories(self) -> list[Any]:
        """The questions for T3000's own history."""
        return [request.json for request in self.requests if HISTORY.fullmatch(request.path)]

    def page(self, path: str) -> bytes | None:
        """A page that is read with GET; None if T3000's web service has none there."""
        with self._lock:
            if path == HEALTH:
                return b"T3000 WebView Service OK"
            pages = {DEVICES: self.t3000.devices}
            if self.tells_time:
                pages[SERVER_TIME] = self.t3000.server_time
            return self.line(pages[path]()) if path in pages else None

    def _waiting(self) -> Callable[[float], None]:
        clock = getattr(self._monotonic_s, "__self__", None)
        return partial(_move, clock) if isinstance(clock, FakeClock) else self._wait_really

    def _wait_really(self, until_s: float) -> None:
        starts = self.t3000.starts
        while (left_s := until_s - self._monotonic_s()) > 0 and self.t3000.starts == starts:
            if self.closing.wait(min(left_s, 0.05)):
                return

    def line(self, answer: Any) -> bytes:
        """One line without spaces, the members in the order of their names."""
        line = msgspec.json.encode(answer, order="deterministic")
        if self.ascii and not line.isascii():
            return json.dumps(answer, sort_keys=True, separators=(",", ":")).encode("ascii")
        return line

    def next_mood(self) -> Mood:
        return self.moods.pop(0) if self.moods else self.mood


def _move(clock: FakeClock, until_s: float) -> None:
    clock.now_s = max(clock.now_s, until_s)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], stand_in: StandIn) -> None:
        self.stand_in = stand_in
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what many tests are about."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Tests do not want to hear of it."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The time by T3000's clock."""
        return super().date_time_string(self.server.stand_in.t3000.t3000_utc_s() if timestamp is None else timestamp)

    def do_GET(self) -> None:
        stand_in = self._arrive(b"")
        if stand_in.mood in EVERYWHERE:
            self._misbehave(stand_in.mood)
        elif not stand_in.t3000.is_running:
            self._end()
        elif (page := stand_in.page(self.path)) is None:
            self._send(404, b"", "text/plain")
        else:
            self._send(200, page, "text/plain; charset=utf-8" if self.path == HEALTH else "application/json")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        stand_in = self._arrive(body)
        mood = stand_in.next_mood()
        if mood is not Mood.WELL:
            self._misbehave(mood)
        elif (asked := HISTORY.fullmatch(self.path)) and stand_in.tells_history:
            self._tell_history(asked, body)
        elif self.path != FFI_CALL or not stand_in.t3000.build.has_ffi_route:
            self._send(404, b"", "text/plain")
        elif self.headers.get("Content-Type") != "application/json":
            self._send(*_TEXTS[Mood.UNSUPPORTED])
        elif len(body) > LARGEST_REQUEST:
            self._send(*_TEXTS[Mood.TOO_LARGE])
        else:
            try:
                answer = stand_in.answer(body)
            except ValueError:
                self._send(*_TEXTS[Mood.BAD_REQUEST])
                return
            if answer is None:
                self._end()
            else:
                self._send(*answer)

    def _tell_history(self, asked: re.Match[str], body: bytes) -> None:
        stand_in = self.server.stand_in
        if self.headers.get("Content-Type") != "application/json":
            self._send(*_TEXTS[Mood.UNSUPPORTED])
            return
        try:
            request = json.loads(body)
        except ValueError:
            self._send(*_TEXTS[Mood.BAD_REQUEST])
            return
        if stand_in.history_status != HTTPStatus.OK:
            self._send(stand_in.history_status, b"", "text/plain")
        elif (answer := stand_in.history(int(asked[1]), asked[2], request)) is None:
            self._end()
        else:
            self._send(*answer)

    def _end(self) -> None:
        """As if T3000 had ended: the connection is closed without an answer."""
        self.close_connection = True

    def _arrive(self, body: bytes) -> StandIn:
        stand_in = self.server.stand_in
        stand_in.requests.append(Request(self.command, self.path, body))
        stand_in.arrived.set()
        return stand_in

    def _send(self, status: int, body: bytes | str, kind: str = "application/json", **headers: str) -> None:
        body = body.encode() if isinstance(body, str) else body
        if self.server.stand_in.compresses and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        self._head(status, kind, {"Content-Length": str(len(body)), **headers})
        self.wfile.write(body)

    def _head(self, status: int, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _misbehave(self, mood: Mood) -> None:
        stand_in = self.server.stand_in
        if text := _SERVICE_ERRORS.get(mood):
            error = {"status": "error", "error": f'ServerError("{text}")', "timestamp": TIMESTAMP}
            self._send(500, json.dumps(error, ensure_ascii=False))
        elif mood in _TEXTS:
            self._send(*_TEXTS[mood], "text/plain")
        elif code := _WARM_UP_CODES.get(mood):
            self._send(200, json.dumps({"error": "T3000 is warming up", "code": code}))
        elif mood is Mood.BRIDGE_ERROR:
            self._send(200, json.dumps(BRIDGE_ERROR))
        elif mood is Mood.TEXT:
            self._send(200, json.dumps({"status": "success", "data": "{cut off", "timestamp": TIMESTAMP}))
        elif mood is Mood.OTHER_PROGRAM:
            self._send(200, "<html>It works!</html>", "text/html")
        elif mood is Mood.OTHER_PROGRAM_404:
            self._send(404, "<html>Not found</html>", "text/html")
        elif mood is Mood.REDIRECT:
            self._send(302, b"", Location=f"{stand_in.url}{HEALTH}")
        elif mood is Mood.BROKEN_GZIP:
            self._head(200, "application/json", {"Content-Length": "6", "Content-Encoding": "gzip"})
            self.wfile.write(b"no gzip"[:6])
        elif mood is Mood.BOMB:
            self._bomb()
        else:
            self._break_off(mood)
            self.close_connection = True

    def _break_off(self, mood: Mood) -> None:
        closing = self.server.stand_in.closing
        match mood:
            case Mood.GARBAGE:
                self.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")
            case Mood.HANG:
                closing.wait()
            case Mood.SLOW_HEAD:
                self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100_000)
            case Mood.SLOW_BODY:
                self._head(200, "application/json", {"Content-Length": "100000"})
                self._drip(b'{"action":"' + b"x" * 100_000)
            case Mood.CUT_OFF:
                self._head(200, "application/json", {"Content-Length": "100000"})
                self.wfile.write(b'{"action":"LOGGING_DATA_RES"')
            case Mood.CUT_OFF_ERROR:
                self._head(500, "application/json", {"Content-Length": "100000"})
                self.wfile.write(b'{"status":"err')
            case Mood.SLOW_ERROR:
                self._head(503, "text/plain", {"Content-Length": "100000"})
                self._drip(b"x" * 100_000)
            case Mood.CUT_OFF_CHUNKED:
                self._head(200, "application/json", {"Transfer-Encoding": "chunked"})
                self.wfile.write(b"20\r\n" + b'{"action":"LOGGING')

    def _drip(self, content: bytes) -> None:
        """A byte every few milliseconds, which no time limit of a socket notices."""
        for place in range(len(content)):
            self.wfile.write(content[place : place + 1])
            if self.server.stand_in.closing.wait(0.005):
                return

    def _bomb(self) -> None:
        body = _bomb_body()
        self._head(200, "application/json", {"Content-Length": str(len(body)), "Content-Encoding": "gzip"})
        self.wfile.write(body)


@cache
def _bomb_body() -> bytes:
    squeezed, megabyte = zlib.compressobj(wbits=31), b"0" * 2**20
    first, each = (squeezed.compress(megabyte) + squeezed.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + each * BOMB_MEGABYTES  # nobody reads as far as to its end


def main() -> None:
    args = _parser().parse_args()
    panels = make_panels(args.panels, args.serial - 1, alike=args.alike, used=args.used)
    for panel in panels[: args.dead]:
        panel.reachable = False
    for panel in panels[len(panels) - args.bacnet_error :]:
        panel.bacnet_error = {(PointType.INPUT, 0)}
    with StandIn(panels, port=args.port) as stand_in:
        t3000 = stand_in.t3000
        t3000.log.zone = datetime.now().astimezone().tzinfo or UTC
        t3000.build.cooldown_s, t3000.build.knows_live = args.cooldown, not args.no_live
        t3000.gate_open = not args.gate_closed
        t3000.thermostats = make_thermostats(args.thermostats)
        t3000.modbus_selected = args.modbus_selected
        t3000.clock_ahead_s = args.ahead
        t3000.scan_s = args.scan
        t3000.silent_group_s = args.silent_group
        for panel in panels[args.dead :][: args.forgotten]:
            t3000.forget(panel)
        if args.restart_after is not None:
            t3000.restart_at(time.monotonic() + args.restart_after)
        stand_in.mood = Mood[args.mood]
        print(f"T3000 stand-in with {args.panels} panels on {stand_in.url}; end it with Ctrl-C", flush=True)
        shown, logged_s = 0, time.time() - 3600
        try:
            while True:
                time.sleep(0.2)
                while args.log and logged_s + args.log <= time.time():
                    logged_s += args.log
                    t3000.log.by_service(panels, [logged_s])
                for request in stand_in.requests[shown:]:
                    body = request.body.decode("utf-8", "replace")
                    print(time.strftime("%H:%M:%S"), request.method, request.path, body, flush=True)
                    shown += 1
        except KeyboardInterrupt:
            print("closed")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A stand-in for the web service of T3000, for trying out T3 Monitor.")
    add = parser.add_argument
    add("--port", type=int, default=9103)
    add("--panels", type=int, default=10)
    add("--serial", type=int, default=237220, metavar="N", help="of the first panel; the others follow")
    add("--used", type=_counts, default=(8, 8, 8), metavar="IN,OUT,VAR", help="how many points of a panel are in use")
    add("--alike", action="store_true", help="the labels of all panels are the same, as those of VAV boxes")
    add("--no-live", action="store_true", help="as a build that cannot be read live")
    add("--gate-closed", action="store_true", help="as before the Trend Log beta window was opened")
    add("--cooldown", type=float, default=15.0, metavar="S")
    add("--dead", type=int, default=0, metavar="N", help="how many of the panels are switched off, from the first")
    add("--forgotten", type=int, default=0, metavar="N", help="how many T3000 has not loaded, after the dead ones")
    add("--bacnet-error", type=int, default=0, metavar="N", help="how many refuse their first ten inputs, at the end")
    add("--thermostats", type=int, default=0, metavar="N", help="how many the device list holds beside the panels")
    add("--modbus-selected", action="store_true", help="a Modbus device is selected in T3000's tree")
    add("--restart-after", type=float, metavar="S", help="T3000 is started anew then, and has forgotten all panels")
    add("--scan", type=float, default=40.0, metavar="S", help="when T3000 finds its panels after that")
    add("--silent-group", type=float, default=12.0, metavar="S", help="what ten points of a panel that is off take")
    add("--ahead", type=float, default=0.0, metavar="S", help="how far T3000's clock is ahead")
    add("--log", type=float, metavar="S", help="T3000 logs that often by itself, since an hour ago, as a server does")
    add("--mood", type=str.upper, choices=list(Mood.__members__), default="WELL", metavar="MOOD")
    return parser


def _counts(text: str) -> tuple[int, int, int]:
    inputs, outputs, variables = (int(part) for part in text.split(","))
    return inputs, outputs, variables


if __name__ == "__main__":
    main()
