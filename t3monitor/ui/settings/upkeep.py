"""Upkeep of the database in force: check, compact, back up now; one at a time, watched, and cancelled at will."""

import asyncio
import logging
from collections.abc import Awaitable
from enum import Enum, auto
from typing import Protocol

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from t3monitor.config.settings import Settings
from t3monitor.model.errors import MonitorError
from t3monitor.store.upkeep.preview import Preview
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import Label

_LOOK_MS = 200
_WHOLE = 1000  # steps of the bar
_log = logging.getLogger(__name__)


class UpkeepTask(Enum):
    """What can be done."""

    CHECK = auto()
    COMPACT = auto()
    BACK_UP = auto()


class Upkeep(Protocol):
    """Who does it; all of it runs in the loop of the GUI thread, and does what blocks elsewhere."""

    def state(self) -> Awaitable[str]:
        """When the database was looked at and copied last."""
        ...

    def do(self, task: UpkeepTask, work: LongWork) -> Awaitable[str]:
        """What came of it; raises MonitorError."""
        ...

    def preview(self, settings: Settings) -> Awaitable[Preview]:
        """What of the history these settings delete and leave; raises MonitorError."""
        ...


class UpkeepBox(QWidget):
    """The state, and while something goes on how far it is; ``tasks`` has a button for each task."""

    def __init__(self, upkeep: Upkeep, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._upkeep = upkeep
        self._work: LongWork | None = None
        self._going_on: asyncio.Task[None] | None = None
        self.buttons = {
            UpkeepTask.CHECK: QPushButton(self.tr("Chec&k")),
            UpkeepTask.COMPACT: QPushButton(self.tr("Co&mpact")),
            UpkeepTask.BACK_UP: QPushButton(self.tr("&Back up now")),
        }
        self.buttons[UpkeepTask.CHECK].setToolTip(self.tr("Looks whether the file and everything in it is whole"))
        self.buttons[UpkeepTask.COMPACT].setToolTip(
            self.tr("Writes the file anew, without the space that is free in it; what is read meanwhile is stored then")
        )
        self.buttons[UpkeepTask.BACK_UP].setToolTip(self.tr("Makes a copy that was looked at; recording goes on"))
        self.tasks = QWidget()
        row = QHBoxLayout(self.tasks)
        row.setContentsMargins(0, 0, 0, 0)
        for task, button in self.buttons.items():
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, task=task: self.begin(task))
            row.addWidget(button)
        row.addStretch()
        self.bar = QProgressBar(textVisible=False, maximum=_WHOLE)
        self.bar.setAccessibleName(self.tr("How far it is"))
        self.cancel = QPushButton(self.tr("Cance&l it"))
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.on_cancel)
        progress = QHBoxLayout()
        progress.addWidget(self.bar, 1)
        progress.addWidget(self.cancel)
        self.message = Message()
        self.state = Label(wordWrap=True)
        self.state.setProperty("muted", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(progress)
        layout.addWidget(self.message)
        layout.addWidget(self.state)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self.on_look)
        self._show_progress(shown=False)

    def refresh(self) -> None:
        """Asks for the state anew."""
        self._going_on = asyncio.ensure_future(self._show_state())

    def begin(self, task: UpkeepTask) -> None:
        """Begins a task; does nothing while another one goes on."""
        if self._work is None:
            self._work = LongWork()
            self.message.show_sentence(Tone.NONE, "")
            self._show_progress(shown=True)
            self._going_on = asyncio.ensure_future(self._do(task, self._work))

    @Slot()
    def on_cancel(self) -> None:
        """Has what goes on end; nothing of it is left."""
        if self._work:
            self._work.cancel()
            self.cancel.setEnabled(False)

    def leave(self) -> None:
        """Nobody looks at it any more: what goes on ends."""
        self.on_cancel()
        if self._going_on:
            self._going_on.cancel()

    @Slot()
    def on_look(self) -> None:
        """Shows how far it is; a bar without an end where that cannot be told."""
        share = self._work.share if self._work else None
        self.bar.setMaximum(_WHOLE if share is not None else 0)
        self.bar.setValue(int(_WHOLE * (share or 0)))

    async def _do(self, task: UpkeepTask, work: LongWork) -> None:
        try:
            tone, sentence = Tone.GOOD, await self._upkeep.do(task, work)
        except CancelledWorkError as cancelled:
            tone, sentence = Tone.NONE, str(cancelled)
        except MonitorError as error:
            tone, sentence = Tone.BAD, str(error)
        except Exception:  # noqa: BLE001 - whatever it is, the buttons must come back
            _log.exception("❌ Upkeep of the database failed")
            tone = Tone.BAD
            sentence = self.tr("It failed by an error in this program; Initialize.log has the details")
        self._work = None
        self._show_progress(shown=False)
        self.message.show_sentence(tone, sentence)
        await self._show_state()

    async def _show_state(self) -> None:
        try:
            state = await self._upkeep.state()
            self.state.setText(state[:1].upper() + state[1:])
        except MonitorError:  # the message or the window says what is wrong with it
            self.state.setText("")

    def _show_progress(self, *, shown: bool) -> None:
        for button in self.buttons.values():
            button.setEnabled(not shown)
        self.bar.setVisible(shown)
        self.cancel.setVisible(shown)
        self.cancel.setEnabled(shown)
        self.on_look()
        if shown:
            self._look.start()
        else:
            self._look.stop()
