"""What users said, kept in the database in force, and their changes with the way back; GUI thread."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from t3monitor.model.errors import MonitorError

Entry = TypeVar("Entry")
Edit = TypeVar("Edit")

_log = logging.getLogger(__name__)


class Deed(Generic[Edit]):
    """A change that was written, and the way there and back."""

    def __init__(self, book: "Book[Any, Edit]", edits: Sequence[Edit]) -> None:
        """``edits`` take it back; once it was taken back, they do it again."""
        self.edits = edits
        self.is_undone = False
        self._book = book

    def undo(self) -> None:
        """Takes it back."""
        self._book.turn(self, is_undo=True)

    def redo(self) -> None:
        """Does it once more."""
        self._book.turn(self, is_undo=False)


class Book(QObject, Generic[Entry, Edit]):
    """What is written is read again at once.

    ``write`` answers with the edits that take its edits back; it and ``read`` raise MonitorError.
    """

    changed = Signal()
    done = Signal(object)  # Deed
    dropped = Signal()  # what was done cannot be taken back any more
    failed = Signal(str)  # a sentence
    written = Signal(int)  # how many were

    def __init__(
        self,
        read: Callable[[], Awaitable[Sequence[Entry]]],
        write: Callable[[Sequence[Edit]], Awaitable[Sequence[Edit]]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.entries: Sequence[Entry] = ()
        self._read = read
        self._write = write
        self._spawn = spawn
        self._deeds: list[Deed[Edit]] = []
        self._one_at_a_time = asyncio.Lock()

    @property
    def last_deed(self) -> Deed[Edit] | None:
        """What was done last, of what was not taken back."""
        return self._deeds[-1] if self._deeds else None

    def load(self) -> None:
        """Reads them anew; what could be taken back in another database cannot any more."""
        self._deeds.clear()
        self.dropped.emit()
        self._spawn(self._load())

    def refresh(self) -> None:
        """Reads what others wrote."""
        self._spawn(self._load(anew=False))

    def write(self, edits: Sequence[Edit]) -> None:
        """Changes what was said."""
        if edits:
            self._spawn(self._change(edits))

    def turn(self, deed: Deed[Edit], *, is_undo: bool) -> None:
        """Takes something back, or does it once more."""
        if is_undo:
            self._deeds.remove(deed)
        else:
            self._deeds.append(deed)
        self._spawn(self._turn(deed, is_undo=is_undo))

    async def _load(self, *, anew: bool = True) -> None:
        try:
            entries = await self._read()
        except MonitorError as error:
            self.failed.emit(str(error))
            return
        if entries != self.entries or anew:
            self.entries = entries
            self.changed.emit()

    async def _change(self, edits: Sequence[Edit]) -> None:
        async with self._one_at_a_time:
            if undo := await self._written(edits):
                self._deeds.append(Deed(self, undo))
                self.done.emit(self._deeds[-1])
        await self._load()

    async def _turn(self, deed: Deed[Edit], *, is_undo: bool) -> None:
        async with self._one_at_a_time:
            if deed.is_undone is is_undo:  # it could not be written the last time, and so is as it was
                return
            undo = await self._written(deed.edits)
            if undo is not None:
                deed.edits, deed.is_undone = undo, is_undo
        await self._load()

    async def _written(self, edits: Sequence[Edit]) -> Sequence[Edit] | None:
        """What takes the edits back; None if they could not be written."""
        try:
            undo = await self._write(edits)
        except MonitorError as error:
            _log.warning("⚠️ %s", error)
            self.failed.emit(str(error))
            return None
        self.written.emit(len(undo))
        return undo
