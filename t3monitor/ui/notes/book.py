"""The notes of the database in force, and their changes with the way back; GUI thread."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from t3monitor.model.errors import MonitorError
from t3monitor.model.notes import Note, NoteEdit

Read = Callable[[], Awaitable[Sequence[Note]]]
Write = Callable[[Sequence[NoteEdit]], Awaitable[Sequence[NoteEdit]]]  # what takes the edits back

_log = logging.getLogger(__name__)


class NoteBook(QObject):
    """What is written is read again at once; ``read`` and ``write`` raise MonitorError."""

    changed = Signal()
    failed = Signal(str)  # a sentence
    written = Signal(int)  # how many were

    def __init__(
        self,
        read: Read,
        write: Write,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.notes: Sequence[Note] = ()
        self._read = read
        self._write = write
        self._spawn = spawn
        self._undo: list[Sequence[NoteEdit]] = []
        self._one_at_a_time = asyncio.Lock()

    @property
    def can_undo(self) -> bool:
        """Whether something was changed."""
        return bool(self._undo)

    def load(self) -> None:
        """Reads them anew; what could be taken back in another database cannot any more."""
        self._undo.clear()
        self._spawn(self._load())

    def refresh(self) -> None:
        """Reads what others wrote."""
        self._spawn(self._load(anew=False))

    def write(self, edits: Sequence[NoteEdit]) -> None:
        """Changes notes; see `NoteEdit`."""
        if edits:
            self._spawn(self._change(edits))

    def undo(self) -> None:
        """Takes the last change back."""
        if self._undo:
            self._spawn(self._change(self._undo.pop(), is_undo=True))

    async def _load(self, *, anew: bool = True) -> None:
        try:
            notes = await self._read()
        except MonitorError as error:
            self.failed.emit(str(error))
            return
        if notes != self.notes or anew:
            self.notes = notes
            self.changed.emit()

    async def _change(self, edits: Sequence[NoteEdit], *, is_undo: bool = False) -> None:
        async with self._one_at_a_time:
            try:
                undo = await self._write(edits)
            except MonitorError as error:
                _log.warning("⚠️ %s", error)
                if is_undo:
                    self._undo.append(edits)
                self.failed.emit(str(error))
                return
            if undo and not is_undo:
                self._undo.append(undo)
            self.written.emit(len(undo))
        await self._load()
