"""Who records into the database that the window shows: this program, another one whose cycles it follows, or nobody."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from t3monitor.config.settings import Settings
from t3monitor.model.baselines import BaselineEdit
from t3monitor.model.errors import DatabaseError
from t3monitor.model.events import SyncEvent
from t3monitor.model.notes import NoteEdit
from t3monitor.model.successions import SuccessionEdit
from t3monitor.store.lock import HeldError, Holder, holder_of
from t3monitor.sync.handover import (
    Desk,
    UnansweredError,
    fill,
    follow,
    give_past,
    show,
    sync_once,
    write_baseline,
    write_notes,
    write_successions,
)
from t3monitor.sync.host import ServicesHost
from t3monitor.sync.sites import SiteServices

InThread = Callable[..., Awaitable[Any]]  # runs something that blocks in a thread


class Recorder(QObject):
    """Lives in the GUI thread, from `begin` to `close`; ``records`` says whether this program may.

    ``other`` is the program that records instead, and ``problem`` why nobody can be followed: it runs on another
    computer, has ended, or is none that records.
    """

    changed = Signal()
    overtaken = Signal(object)  # the HeldError of a database that was to be recorded into
    heard = Signal(object)  # a SyncEvent of the other program
    show_asked = Signal()  # another start of the program

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.records = True
        self.other: Holder | None = None
        self.problem = ""
        self._desk: Desk | None = None
        self._services: SiteServices | None = None
        self._database: Path | None = None
        self._first: Holder | None = None
        self._following: asyncio.Task[None] | None = None
        self.overtaken.connect(self._on_overtaken)

    def begin(self, window: Path, settings: Callable[[], Settings], services: SiteServices) -> None:
        """Answers other programs from now on; ``window`` is a file of the settings folder, which has one window."""
        self._desk = Desk("t3monitor window", ServicesHost(services, settings, self.show_asked.emit))
        self._services = services
        try:
            self._desk.take(window)
        except HeldError as held:  # two were started at once
            self._first = held.holder

    async def shows_other(self) -> bool:
        """Whether the settings folder has a window already, which has been brought to the front instead of this one."""
        if self._first is None:
            return False
        with suppress(UnansweredError):
            await show(self._first)
            return True
        return False

    def publish(self, event: SyncEvent) -> None:
        """What the services of this program tell; from any thread."""
        if self._desk is not None:
            self._desk.publish(event)

    def take_lock(self, database: Path) -> None:
        """From any thread, before a database is opened to record into it; raises HeldError."""
        if self._desk is not None:
            try:
                self._desk.take(database)
            except HeldError as held:
                self.overtaken.emit(held)
                raise

    def turn_to(self, database: Path | None) -> None:
        """Takes the right to record into a database, and gives back the one before; None: there is none in force.

        Of one that is out of reach it is taken when it is opened.
        """
        if self._desk is None or self._services is None:
            return
        if self._database is not None and database != self._database:
            self._desk.give_back(self._database)
        if self._following is not None:
            self._following.cancel()
        self._database = database
        self.records, self.other, self.problem = True, None, ""
        if database is not None:
            with suppress(DatabaseError):  # of another program it is heard by `overtaken`
                self._services.claim(database)
        self.changed.emit()

    @Slot(object)
    def _on_overtaken(self, held: HeldError) -> None:
        if self.records and held.subject == self._database:
            self.records, self.problem = False, str(held)
            if held.holder is not None and held.holder.answers:
                self._go_along_with(held.holder)
            self.changed.emit()

    def look_again(self) -> None:
        """Once in a while: follows a program that began to record after the one before had ended."""
        if self._database is None or self.records or self.other is not None:
            return
        holder = holder_of(self._database)
        if holder is not None and holder.answers:
            self._go_along_with(holder)
            self.changed.emit()

    async def sync_once(self, *, find_panels: bool = False) -> None:
        """Has the other program make a cycle; raises UnansweredError."""
        if self.other is not None:
            await sync_once(self.other, find_panels=find_panels)

    async def write_notes(self, edits: Sequence[NoteEdit], in_thread: InThread) -> Sequence[NoteEdit]:
        """Changes notes, or has the other program do it, and returns what takes that back; raises MonitorError."""
        writer = self._writer()
        if isinstance(writer, Holder):
            return await write_notes(writer, edits)
        undo: Sequence[NoteEdit] = await in_thread(writer.write_notes, edits)
        return undo

    async def write_successions(self, edits: Sequence[SuccessionEdit], in_thread: InThread) -> Sequence[SuccessionEdit]:
        """Says which panels took the place of others, in the same way."""
        writer = self._writer()
        if isinstance(writer, Holder):
            return await write_successions(writer, edits)
        undo: Sequence[SuccessionEdit] = await in_thread(writer.write_successions, edits)
        return undo

    async def write_baseline(self, edit: BaselineEdit, in_thread: InThread) -> None:
        """Freezes all points or changes a baseline, or has the other program do it; raises MonitorError."""
        writer = self._writer()
        if isinstance(writer, Holder):
            await write_baseline(writer, edit)
        else:
            await in_thread(writer.write_baseline, edit)

    async def give_past(self, is_cancelled: Callable[[], bool], in_thread: InThread) -> None:
        """Gives the simulated building a past, unless it has one, or has the other program do it.

        Raises MonitorError, and OSError.
        """
        if self.records and self._services is not None:
            await in_thread(self._services.give_past, is_cancelled)
        elif self.other is not None:
            await give_past(self.other)

    async def fill(self) -> None:
        """Has the other program fill holes from T3000's own history, as it offered; raises UnansweredError."""
        if self.other is not None:
            await fill(self.other)

    async def stop_following(self) -> None:
        """Leaves the other program alone; this one ends."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])

    def close(self) -> None:
        """Gives back every lock, once nothing is stored any more."""
        if self._desk is not None:
            self._desk.close()

    def _writer(self) -> SiteServices | Holder:
        """Who writes into the database, this program or the other one; raises UnansweredError."""
        if self._services is None:
            raise UnansweredError(self.tr("This program records nothing, and so cannot write into the database"))
        if self.records:
            return self._services
        if self.other is None:
            raise UnansweredError(self.problem or self.tr("Nobody records into this database, where it is kept"))
        return self.other

    def _go_along_with(self, holder: Holder) -> None:
        self.other, self.problem = holder, ""
        self._following = asyncio.ensure_future(self._follow(holder))

    async def _follow(self, holder: Holder) -> None:
        with suppress(UnansweredError):
            async with aclosing(follow(holder)) as events:
                async for event in events:
                    self.heard.emit(event)
        self.other, self.problem = None, self.tr("%s has ended: nobody records into this database") % holder
        self.changed.emit()
