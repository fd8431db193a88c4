"""What programs on one computer ask of the one that records: to show its window, a cycle, and to hear of its cycles.

Whatever they want written they ask of it as well. One line of JSON is a question, with the key from the text of the
lock; lines of JSON are the answer. They go over loopback, where a service and a window of another user meet too. Values
are none of it: those are in the database.
"""

import asyncio
import ctypes
import hmac
import logging
import secrets
import socket
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from t3monitor.config.settings import Settings
from t3monitor.model.baselines import BaselineEdit
from t3monitor.model.errors import MonitorError
from t3monitor.model.events import (
    CallStarted,
    CycleFinished,
    CycleReport,
    CycleStarted,
    FillEnded,
    FillOffered,
    PanelAsked,
    RetryScheduled,
    ServiceStarted,
    ServiceStopped,
    SyncEvent,
)
from t3monitor.model.notes import NoteEdit
from t3monitor.model.successions import SuccessionEdit
from t3monitor.store.lock import FRESHENED_EVERY_S, Holder, Lock

_log = logging.getLogger(__name__)
QuestionName = Literal["show", "sync", "follow", "notes", "successions", "baseline", "past", "fill"]
_LOOPBACK = "127.0.0.1"
_TOLD = {
    event.__name__: event
    for event in (
        *(ServiceStarted, ServiceStopped, CycleStarted, CallStarted, PanelAsked, RetryScheduled, CycleFinished),
        *(FillOffered, FillEnded),
    )
}
_LONGEST_LINE_BYTES = 1 << 20
_PATIENCE_S = 5.0
_CLOSING_S = 1.0  # for a disk or share to let go of a lock file; the lock itself ends with the process
_WAITING_EVENTS = 1000  # for a follower that does not read; then it has to come anew


class UnansweredError(MonitorError):
    """The other program ended, or is none of ours."""


class OtherSettingsError(MonitorError):
    """The other program makes no such cycle: ``values`` are in force there, by the names of their settings."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(f"In force are {', '.join(f'{name} {value}' for name, value in values.items())}")
        self.values = values


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """``wanted`` are settings that the cycle is meant to have, as `in_words` gives them; ``edits`` are of notes.

    ``successions`` are edits as well.
    """

    key: str
    what: QuestionName
    wanted: dict[str, Any] = {}
    find_panels: bool = False
    edits: tuple[NoteEdit, ...] = ()
    successions: tuple[SuccessionEdit, ...] = ()
    baseline: BaselineEdit | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of an answer: an event by its name, the report of a cycle, or the settings that forbid one.

    Of notes and successions what takes their edits back; ``problem`` is the sentence of an error.
    """

    event: str = ""
    fields: dict[str, Any] = {}
    report: CycleReport | None = None
    in_force: dict[str, Any] = {}
    edits: tuple[NoteEdit, ...] = ()
    successions: tuple[SuccessionEdit, ...] = ()
    problem: str = ""

    @classmethod
    def of_event(cls, event: SyncEvent) -> "Line":
        """The line that tells it."""
        if isinstance(event, CycleFinished):
            event = replace(event, snapshot=None)
        return cls(event=type(event).__name__, fields=msgspec.to_builtins(event))


class Host(Protocol):
    """The program that is asked; its methods are called in the desk's thread."""

    def show(self) -> None:
        """Brings its window to the front."""
        ...

    @property
    def settings(self) -> Settings:
        """Those in force."""
        ...

    def sync_once(self, *, find_panels: bool) -> "Sequence[Future[CycleReport]]":
        """Asks for a cycle of each site."""
        ...

    def write_notes(self, edits: Sequence[NoteEdit]) -> Sequence[NoteEdit]:
        """Changes notes, and returns what takes that back; in any thread, as the next. Raises MonitorError."""
        ...

    def write_successions(self, edits: Sequence[SuccessionEdit]) -> Sequence[SuccessionEdit]:
        """Says which panels took the place of others, and returns what takes that back."""
        ...

    def write_baseline(self, edit: BaselineEdit) -> None:
        """Freezes all points, or changes a baseline; raises MonitorError."""
        ...

    def give_past(self) -> None:
        """Gives the simulated building a past, unless it has one; raises MonitorError."""
        ...

    def fill(self) -> None:
        """Has holes filled from T3000's own history, as was offered."""
        ...


class Desk:
    """Where this program answers others, in a thread of its own; the locks that it takes tell them the way."""

    def __init__(self, program: str, host: Host) -> None:
        self._host = host
        self._socket = socket.create_server((_LOOPBACK, 0))
        key = secrets.token_hex(16)
        self._holder = Holder.of_this_process(program, self._socket.getsockname()[1], key)
        self._locks: dict[Path, Lock] = {}
        self._taking = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._followers: dict[asyncio.Queue[SyncEvent], asyncio.Task[Any] | None] = {}  # of the thread, as the next
        self._started: dict[str, SyncEvent] = {}  # by site, as the next
        self._offered: dict[str, SyncEvent] = {}
        self._ended = asyncio.Event()
        self._is_open = threading.Event()
        self._thread = threading.Thread(target=self._work, name="desk", daemon=True)
        self._thread.start()
        self._is_open.wait()

    def take(self, subject: Path) -> None:
        """Takes the lock of a database or settings folder, unless it is held and still in its place.

        Raises HeldError. Where there are no locks nothing is refused. From any thread.
        """
        with self._taking:
            if subject in self._locks:
                if self._locks[subject].is_in_place:
                    return
                self._locks.pop(subject).release()
            try:
                self._locks[subject] = Lock(subject, self._holder)
            except OSError as error:
                _log.info("ℹ️ No lock beside %s (%s): start no second program on it", subject, error.strerror)

    def give_back(self, subject: Path) -> None:
        """Gives its lock back, if there is one."""
        with self._taking:
            if lock := self._locks.pop(subject, None):
                lock.release()

    def publish(self, event: SyncEvent) -> None:
        """Tells those who follow; from any thread."""
        if type(event).__name__ in _TOLD and self._loop is not None:
            with suppress(RuntimeError):  # it is closed
                self._loop.call_soon_threadsafe(self._tell, event)

    def close(self) -> None:
        """Answers no more, and gives back all locks; a disk that hangs is left after 1 s."""
        if self._loop is not None:
            with suppress(RuntimeError):  # it was closed before
                self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(_CLOSING_S)

    def _work(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            for subject in tuple(self._locks):
                self.give_back(subject)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._answer, sock=self._socket, limit=_LONGEST_LINE_BYTES)
        self._is_open.set()
        while not self._ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), FRESHENED_EVERY_S)
            for lock in tuple(self._locks.values()):
                lock.freshen()
        # Its end is not waited for: from Python 3.12 on that comes when nobody follows any more. The loop cancels them.
        server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Who does not ask in our words, or is gone, gets no answer; to be cancelled is how it ends with this program.
        with suppress(OSError, TimeoutError, ValueError, asyncio.CancelledError):
            async with _closing(writer):
                question = msgspec.json.decode(await asyncio.wait_for(reader.readline(), _PATIENCE_S), type=Question)
                if hmac.compare_digest(question.key.encode(), self._holder.key.encode()):
                    async with aclosing(self._lines(question)) as lines:
                        async for line in lines:
                            writer.write(msgspec.json.encode(line) + b"\n")
                            await writer.drain()

    async def _lines(self, question: Question) -> AsyncGenerator[Line, None]:
        match question.what:
            case "show":
                self._host.show()
                yield Line()
            case "fill":
                self._host.fill()
                yield Line()
            case "sync":
                in_force = in_words(self._host.settings, question.wanted)
                if others := {name: value for name, value in in_force.items() if value != question.wanted[name]}:
                    yield Line(in_force=others)
                    return
                cycles = self._host.sync_once(find_panels=question.find_panels)
                for report in await asyncio.gather(*map(asyncio.wrap_future, cycles), return_exceptions=True):
                    if isinstance(report, CycleReport):  # else this program ends, and the asker finds out
                        yield Line(report=report)
            case "notes" | "successions" | "baseline" | "past":
                try:
                    if question.what == "notes":
                        undo = await asyncio.to_thread(self._host.write_notes, question.edits)
                        yield Line(edits=tuple(undo))
                    elif question.what == "successions":
                        back = await asyncio.to_thread(self._host.write_successions, question.successions)
                        yield Line(successions=tuple(back))
                    elif question.baseline:
                        await asyncio.to_thread(self._host.write_baseline, question.baseline)
                        yield Line()
                    else:
                        await asyncio.to_thread(self._host.give_past)
                        yield Line()
                except (MonitorError, OSError) as error:
                    yield Line(problem=str(error))
            case "follow":
                events: asyncio.Queue[SyncEvent] = asyncio.Queue(_WAITING_EVENTS)
                self._followers[events] = asyncio.current_task()
                try:
                    for event in (*self._started.values(), *self._offered.values()):
                        yield Line.of_event(event)
                    while True:
                        yield Line.of_event(await events.get())
                finally:
                    del self._followers[events]

    def _tell(self, event: SyncEvent) -> None:
        match event:
            case ServiceStarted(site=site):
                self._started[site] = event
            case ServiceStopped(site=site):
                self._started.pop(site, None)
                self._offered.pop(site, None)
            case FillOffered(site=site):
                self._offered[site] = event
            case FillEnded(site=site):
                self._offered.pop(site, None)
        for events, task in self._followers.items():
            try:
                events.put_nowait(event)
            except asyncio.QueueFull:  # it does not read; it may come again
                if task is not None:
                    task.cancel()


def in_words(settings: Settings, names: Iterable[str]) -> dict[str, Any]:
    """Some of the settings, as JSON has them; of the T3000 computers what matters is their URLs."""
    values = msgspec.to_builtins(settings) | {"sites": [site.url for site in settings.sites]}
    return {name: values.get(name) for name in names}


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _answer_to(question: Question, holder: Holder) -> AsyncGenerator[Line, None]:
    """The lines of the answer, to their end; raises UnansweredError if nobody is there."""
    try:
        reader, writer = await asyncio.open_connection(_LOOPBACK, holder.port, limit=_LONGEST_LINE_BYTES)
        async with _closing(writer):
            writer.write(msgspec.json.encode(question) + b"\n")
            async for text in reader:
                yield msgspec.json.decode(text, type=Line)
    except (OSError, ValueError) as error:
        raise UnansweredError(f"{holder} does not answer ({error})") from error


async def follow(holder: Holder) -> AsyncGenerator[SyncEvent, None]:
    """What the services of another program do from now on, until it ends."""
    async with aclosing(_answer_to(Question(key=holder.key, what="follow"), holder)) as lines:
        async for line in lines:
            if kind := _TOLD.get(line.event):
                yield msgspec.convert(line.fields, kind)


async def sync_once(
    holder: Holder, *, wanted: dict[str, Any] | None = None, find_panels: bool = False
) -> Sequence[CycleReport]:
    """Has another program make a cycle of each site, with settings of which those that are ``wanted`` are in force.

    Raises OtherSettingsError, or UnansweredError if it ends meanwhile.
    """
    reports = []
    question = Question(key=holder.key, what="sync", wanted=wanted or {}, find_panels=find_panels)
    async with aclosing(_answer_to(question, holder)) as lines:
        async for line in lines:
            if line.in_force:
                raise OtherSettingsError(line.in_force)
            if line.report is not None:
                reports.append(line.report)
    if not reports:
        raise UnansweredError(f"{holder} ended in the middle of the cycle")
    return reports


async def write_notes(holder: Holder, edits: Iterable[NoteEdit]) -> tuple[NoteEdit, ...]:
    """Has another program change notes of its database, and returns what takes that back.

    Raises UnansweredError, also if it cannot.
    """
    return (await _done(holder, Question(key=holder.key, what="notes", edits=tuple(edits)))).edits


async def write_successions(holder: Holder, edits: Iterable[SuccessionEdit]) -> tuple[SuccessionEdit, ...]:
    """Has another program say in its database which panels took the place of others; see `write_notes`."""
    question = Question(key=holder.key, what="successions", successions=tuple(edits))
    return (await _done(holder, question)).successions


async def write_baseline(holder: Holder, edit: BaselineEdit) -> None:
    """Has another program freeze all points of its database, or change a baseline; raises UnansweredError."""
    await _done(holder, Question(key=holder.key, what="baseline", baseline=edit))


async def give_past(holder: Holder) -> None:
    """Has another program give the simulated building a past, unless it has one; raises UnansweredError."""
    await _done(holder, Question(key=holder.key, what="past"))


async def fill(holder: Holder) -> None:
    """Has another program fill holes from T3000's own history, as it offered; raises UnansweredError."""
    await _done(holder, Question(key=holder.key, what="fill"))


async def _done(holder: Holder, question: Question) -> Line:
    async with aclosing(_answer_to(question, holder)) as lines:
        async for line in lines:
            if line.problem:
                raise UnansweredError(line.problem)
            return line
    raise UnansweredError(f"{holder} does not answer; is it of an older version?")


async def show(holder: Holder) -> None:
    """Has another program bring its window to the front; raises UnansweredError."""
    if sys.platform == "win32":  # only who was started last by the user may hand on the right to come to the front
        ctypes.windll.user32.AllowSetForegroundWindow(holder.pid)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            shown = [line async for line in _answer_to(Question(key=holder.key, what="show"), holder)]
    except TimeoutError:
        shown = []
    if not shown:
        raise UnansweredError(f"{holder} does not answer")
