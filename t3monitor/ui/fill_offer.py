"""The offer, in the status bar, to fill holes that came about on our side from T3000's own history."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from t3monitor.model.events import FillEnded, FillOffered, SyncEvent
from t3monitor.model.times import duration_text
from t3monitor.model.zones import local
from t3monitor.ui.kit.plain import menu_text
from t3monitor.ui.kit.texts import date_text, tooltip_text


class FillOffer(QToolButton):
    """Seen while there is something to be filled; a click has it done."""

    asked = Signal()
    filled = Signal()  # the database has more of the past
    said = Signal(str)  # what came of it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, autoRaise=True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self.on_clicked)
        self._of_sites: dict[str, FillOffered] = {}
        self.hide()

    def take(self, event: SyncEvent) -> None:
        """Follows what the services tell of it."""
        match event:
            case FillOffered(site=site):
                self._of_sites[site] = event
                self._show()
            case FillEnded(site=site):
                self._of_sites.pop(site, None)
                self._show()
                self.said.emit(self._told(event))
                if event.samples:
                    self.filled.emit()

    def clear(self) -> None:
        """Another database, or another way to T3000: what was offered is none of theirs."""
        self._of_sites.clear()
        self._show()

    @Slot()
    def on_clicked(self) -> None:
        """The user wants it."""
        self.setEnabled(False)
        self.setText(self.tr("Filling from T3000…"))
        self.asked.emit()

    def _show(self) -> None:
        self.setEnabled(True)
        self.setVisible(bool(self._of_sites))
        if not self._of_sites:
            return
        missing = duration_text(max(its.missing_s for its in self._of_sites.values()))
        self.setText(menu_text(self.tr("%s missed · Fill from T3000") % missing))
        self.setAccessibleName(self.tr("Fill %s that were missed from T3000's own history") % missing)
        sites = self._of_sites.values()
        panels, since_s, until_s = (
            sum(its.panels for its in sites),
            min(its.since_s for its in sites),
            max(its.until_s for its in sites),
        )
        days = dict.fromkeys(date_text(local(at_s, None).date()) for at_s in (since_s, until_s))
        self.setToolTip(
            tooltip_text(
                (
                    self.tr(
                        "T3 Monitor did not record for %s in all (%s), of %d panels; T3000 may have logged meanwhile"
                    )
                    % (missing, self.tr(" to ").join(days), panels),
                    self.tr("A click asks T3000 for that, panel by panel, between the cycles"),
                    self.tr("Filled readings stand alone: T3000 logs no zeros, so nothing is known between them"),
                    self.tr("Settings > History has it done always, or never"),
                )
            )
        )

    def _told(self, event: FillEnded) -> str:
        if event.problem:
            return event.problem
        if not event.samples:
            if event.left_out:
                why, _ = event.left_out[0]
                return (
                    self.tr("T3000 has logged nothing of use of what was missed: each row is left out because %s") % why
                )
            return self.tr("T3000 has logged nothing of what was missed")
        return self.tr("Filled from T3000: %s of %s that were missed") % (
            duration_text(event.filled_s),
            duration_text(event.missing_s),
        )
