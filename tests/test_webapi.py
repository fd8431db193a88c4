"""What comes back over the wire from a T3000 web service, and what the web link makes of it."""

import re
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from clock import FakeClock
from t3monitor.model.errors import (
    BadReplyError,
    InterruptedCycleError,
    LinkError,
    LinkTimeoutError,
    NotReadyError,
    RefusedError,
    UnreachableError,
)
from t3monitor.t3000.actions import Action, Route
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.exchange import Exchange, GivenUpError, Phase, Target
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_model import make_panels
from t3000_stand_in import FFI_CALL, Mood, StandIn

LIMIT = 10_000_000
PATIENCE_S = 30
SHORT_S = 0.15


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    clock = FakeClock()
    with StandIn(make_panels(2), clock.monotonic_s, clock.utc_s) as stand_in:
        yield stand_in
    assert not calling_threads()


@pytest.fixture
def client(stand_in: StandIn) -> Client:
    return Client(stand_in.url, LIMIT)


def calling_threads() -> list[str]:
    """Threads of exchanges that are still there, after a moment in which they may end."""
    deadline = time.monotonic() + PATIENCE_S
    while found := [thread.name for thread in threading.enumerate() if thread.name == "t3000-http"]:
        if time.monotonic() > deadline:
            return found
        time.sleep(0.005)
    return []


def sentence(call: Callable[[], object], kind: type[LinkError]) -> str:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.outcome is kind.outcome
    text = str(caught.value)
    assert text
    assert not text.endswith(".")
    assert "\n" not in text
    return text


# --- the table of docs/t3000.md 8.2


@pytest.mark.parametrize(
    ("mood", "kind", "words"),
    [
        (Mood.STARTING, NotReadyError, "T3000 is starting (-2): MFC application not initialized; wait, it takes"),
        (Mood.WARM_UP, NotReadyError, "T3000 is starting, its web service is warming up: wait, "),
        (Mood.PANELS_WARM_UP, NotReadyError, "T3000 is starting, its web service is warming up: wait, "),
        (Mood.LOCKED, LinkTimeoutError, "FFI lock timed out — prior C++ call may be stuck): if that stays so, restart"),
        (Mood.NOT_LOADED, UnreachableError, "does not find its way into T3000.exe (T3000 FFI functions not loaded)"),
        (Mood.NO_FUNCTION, UnreachableError, "does not find its way into T3000.exe (FFI function not loaded)"),
        (Mood.CODE_MINUS_1, RefusedError, "T3000 refused the call: FFI call returned error code: -1"),
        (Mood.JOIN_ERROR, RefusedError, "T3000 refused the call: FFI blocking task join error"),
        (Mood.UNSUPPORTED, RefusedError, "web service refused the call (HTTP 415): Expected request with"),
        (Mood.TOO_LARGE, RefusedError, "web service refused the call (HTTP 413): length limit exceeded"),
        (Mood.BAD_REQUEST, RefusedError, "web service refused the call (HTTP 400): Failed to parse the request"),
        (Mood.FORBIDDEN, RefusedError, "web service refused the call (HTTP 403): go away"),
        (Mood.UNAVAILABLE, RefusedError, "T3000's web service failed (HTTP 503): too many calls; restart T3000"),
        (Mood.CUT_OFF_ERROR, RefusedError, 'T3000\'s web service failed (HTTP 500): {"status":"err; restart T3000'),
        (Mood.TEXT, BadReplyError, "is not JSON, its web service passed it on as text: {cut off"),
        (Mood.NOT_JSON, BadReplyError, "text/plain that is no JSON object: T3000 has nothing to say"),
        (Mood.LIST, BadReplyError, "that is no JSON object: [1,2,3]"),
        (Mood.UNKNOWN_OBJECT, BadReplyError, 'answered with {"hello":"world"}'),
        (Mood.OTHER_ACTION, BadReplyError, "T3000 answered GET_ENTRIES_RES instead of LOGGING_DATA_RES"),
        (Mood.OLD_BUILD, UnreachableError, "is of a build before September 2025"),
        (Mood.OTHER_PROGRAM, UnreachableError, "Something else than T3000 answers on 127.0.0.1:"),
        (Mood.OTHER_PROGRAM_404, UnreachableError, "Something else than T3000 answers on 127.0.0.1:"),
        (Mood.GARBAGE, UnreachableError, "and not in HTTP"),
        (Mood.CLOSED, UnreachableError, "broke the connection off without an answer"),
        (Mood.REDIRECT, RefusedError, "/api/health (HTTP 302), which T3000 never does"),
        (Mood.CUT_OFF, BadReplyError, "T3000's answer broke off after 28 bytes"),
        (Mood.CUT_OFF_CHUNKED, BadReplyError, "T3000's answer broke off after "),
        (Mood.BROKEN_GZIP, BadReplyError, "compressed in a way that cannot be undone"),
        (Mood.BOMB, BadReplyError, "T3000's answer is longer than 10000000 bytes: raise buffer_bytes"),
    ],
)
def test_every_reply_of_the_table_is_an_outcome_with_a_sentence_of_its_own(
    stand_in: StandIn, client: Client, mood: Mood, kind: type[LinkError], words: str
) -> None:
    stand_in.mood = mood
    assert words in sentence(lambda: client.call(Action.LOGGING_DATA, PATIENCE_S, panelId=-1), kind)


def test_an_answer_of_t3000_is_handed_on_with_its_own_error_or_its_emptiness(stand_in: StandIn, client: Client) -> None:
    stand_in.t3000.read_all()
    answer = client.call(Action.LOGGING_DATA, PATIENCE_S, panelId=-1)
    assert isinstance(answer.data, bytes | memoryview) or bytes(answer.data).startswith(b'[{"device_data"')  # type: ignore[arg-type]
    assert not answer.is_empty
    assert client.call(Action.LOGGING_DATA, PATIENCE_S, panelId=-1).is_empty
    stand_in.mood = Mood.BRIDGE_ERROR
    refused = client.call(Action.LOGGING_DATA, PATIENCE_S, panelId=-1)
    assert refused.error_text == "Exception in BacnetWebView HandleWebViewMsg bridge"


def test_a_redirect_is_not_followed(stand_in: StandIn, client: Client) -> None:
    stand_in.mood = Mood.REDIRECT
    sentence(lambda: client.call(Action.GET_PANELS_LIST, PATIENCE_S), RefusedError)
    sentence(lambda: client.get(Route.HEALTH, PATIENCE_S), RefusedError)
    assert [request.path for request in stand_in.requests] == ["/api/t3000/ffi/call", "/api/health"]


def test_a_compressed_answer_is_read(stand_in: StandIn, client: Client) -> None:
    stand_in.compresses = True
    stand_in.t3000.read_all()
    answer = client.call(Action.LOGGING_DATA, PATIENCE_S, panelId=-1)
    assert len(bytes(answer.data)) > 100_000  # type: ignore[arg-type]


def test_a_bomb_is_defused_before_it_fills_the_memory(stand_in: StandIn, client: Client) -> None:
    stand_in.mood = Mood.BOMB
    sentence(lambda: client.call(Action.GET_PANELS_LIST, PATIENCE_S), BadReplyError)  # makes the bomb itself
    tracemalloc.start()
    try:
        sentence(lambda: client.call(Action.GET_PANELS_LIST, PATIENCE_S), BadReplyError)
        assert tracemalloc.get_traced_memory()[1] < LIMIT * 2.5
    finally:
        tracemalloc.stop()


def test_proxies_of_the_environment_are_not_asked(
    stand_in: StandIn, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    client.check_health(PATIENCE_S)


# --- nobody there


def test_nothing_that_listens_is_named_with_what_to_start(stand_in: StandIn) -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        client = Client(f"http://127.0.0.1:{port}", LIMIT)
        text = sentence(lambda: client.call(Action.GET_PANELS_LIST, PATIENCE_S), UnreachableError)
    assert text == f"Nothing listens on 127.0.0.1:{port}: start T3000 on that computer, its web service starts with it"


def test_a_name_that_nobody_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    client = Client("http://t3000-pc:9103", LIMIT)
    text = sentence(lambda: client.call(Action.GET_PANELS_LIST, PATIENCE_S), UnreachableError)
    assert text.startswith("There is no computer named t3000-pc (Name or service not known): correct the URL")


def test_a_name_that_is_looked_up_for_ever_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    looking, found = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        looking.set()
        found.wait(PATIENCE_S)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    client = Client("http://t3000-pc:9103", LIMIT)
    text = sentence(lambda: client.call(Action.GET_PANELS_LIST, SHORT_S), UnreachableError)
    assert text == "The name t3000-pc was not found within 0.15 s: use the IP address of the T3000 computer in the URL"
    assert looking.is_set()
    found.set()
    assert not calling_threads()


class Unanswering(socket.socket):
    """A socket whose peer's firewall drops everything."""

    def connect(self, address: object) -> None:
        timeout_s = self.gettimeout()
        self.settimeout(0)
        threading.Event().wait(timeout_s)
        raise TimeoutError("timed out")


class Unrouted(socket.socket):
    def connect(self, address: object) -> None:
        raise OSError(113, "No route to host")


def test_a_firewall_that_drops_calls_is_told_from_a_t3000_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Unanswering)
    client = Client("http://192.0.2.1:9103", LIMIT)
    text = sentence(lambda: client.call(Action.GET_PANELS_LIST, SHORT_S), UnreachableError)
    assert text == (
        "192.0.2.1:9103 gave no answer at all within 0.15 s: the computer is off, or a firewall drops the call; "
        "start it, or let port 9103 through"
    )
    assert not calling_threads()


def test_a_network_without_a_way_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Unrouted)
    client = Client("http://192.0.2.1:9103", LIMIT)
    text = sentence(lambda: client.call(Action.GET_PANELS_LIST, PATIENCE_S), UnreachableError)
    assert text.startswith("There is no way through the network to 192.0.2.1:9103 (No route to host)")


def test_https_to_a_service_that_speaks_http_is_named(stand_in: StandIn) -> None:
    client = Client(stand_in.url.replace("http", "https"), LIMIT)
    text = sentence(lambda: client.call(Action.GET_PANELS_LIST, PATIENCE_S), UnreachableError)
    assert "cannot be called with https" in text


# --- deadlines


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        (Mood.HANG, "took the call and gave no answer within 0.15 s"),
        (Mood.SLOW_HEAD, "was not complete after 0.15 s, it arrives too slowly ("),
        (Mood.SLOW_BODY, "was not complete after 0.15 s, it arrives too slowly ("),
    ],
)
def test_an_answer_that_does_not_end_is_given_up_at_the_deadline_and_its_thread_ends(
    stand_in: StandIn, client: Client, mood: Mood, words: str
) -> None:
    stand_in.mood = mood
    assert words in sentence(lambda: client.call(Action.LOGGING_DATA, SHORT_S, panelId=-1), LinkTimeoutError)
    assert not calling_threads()
    stand_in.mood = Mood.WELL
    client.check_health(PATIENCE_S)


def test_an_answer_that_arrives_too_slowly_is_said_with_how_much_had_come(stand_in: StandIn, client: Client) -> None:
    stand_in.mood = Mood.SLOW_HEAD
    text = sentence(lambda: client.call(Action.LOGGING_DATA, SHORT_S, panelId=-1), LinkTimeoutError)
    [arrived] = re.findall(r"arrives too slowly \((\d+) bytes had come\)", text)
    assert 0 < int(arrived) < 200


def test_an_error_whose_body_does_not_end_is_told_by_its_status(stand_in: StandIn, client: Client) -> None:
    stand_in.mood = Mood.SLOW_ERROR
    text = sentence(lambda: client.call(Action.LOGGING_DATA, SHORT_S, panelId=-1), RefusedError)
    assert text.startswith("T3000's web service failed (HTTP 503): xxx")
    assert not calling_threads()


def test_an_exchange_that_is_given_up_stays_as_far_as_it_had_come(stand_in: StandIn) -> None:
    stand_in.mood = Mood.SLOW_HEAD
    exchange = Exchange(Target(stand_in.url), FFI_CALL, b'{"action":15}', LIMIT)
    with pytest.raises(GivenUpError):
        exchange.run(SHORT_S)
    assert not calling_threads()
    assert exchange.phase is Phase.TALK


# --- interruption


def interrupt_when(link: WebApiLink, when: threading.Event) -> None:
    """Interrupts a fetch when something has happened."""

    def interrupt() -> None:
        assert when.wait(PATIENCE_S)
        link.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(InterruptedCycleError, match=r"^The call of T3000 was interrupted$"):
        link.fetch(PATIENCE_S)
    thread.join()


@pytest.mark.parametrize("mood", [Mood.HANG, Mood.SLOW_HEAD, Mood.SLOW_BODY])
def test_an_interruption_ends_a_call_at_once_and_the_next_one_is_unharmed(stand_in: StandIn, mood: Mood) -> None:
    link = WebApiLink(stand_in.url, "live")
    stand_in.mood = mood
    interrupt_when(link, stand_in.arrived)
    assert not calling_threads()
    stand_in.mood = Mood.WELL
    assert link.fetch(PATIENCE_S).body
    link.close()


def test_an_interruption_between_two_calls_ends_the_whole_fetch(stand_in: StandIn) -> None:
    link = WebApiLink(stand_in.url, "live")
    stand_in.t3000.on_live = lambda panel, kind: link.interrupt()  # the answer to this call still arrives, or not
    with pytest.raises(InterruptedCycleError):
        link.fetch(PATIENCE_S)
    assert len(stand_in.calls) == 1


def test_an_interruption_while_nothing_is_in_progress_is_forgotten(stand_in: StandIn) -> None:
    link = WebApiLink(stand_in.url, "live")
    link.interrupt()
    assert link.fetch(PATIENCE_S).body
    link.interrupt()
    assert link.fetch(PATIENCE_S).body


def test_an_interruption_ends_looking_up_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    looking, found = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        looking.set()
        found.wait(PATIENCE_S)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    interrupt_when(WebApiLink("http://t3000-pc:9103", "live"), looking)
    found.set()
    assert not calling_threads()
