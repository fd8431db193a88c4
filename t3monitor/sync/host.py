"""What other programs may ask of this one, done by its services."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from t3monitor.config.settings import Settings
from t3monitor.model.baselines import BaselineEdit
from t3monitor.model.events import CycleReport
from t3monitor.model.notes import NoteEdit
from t3monitor.model.successions import SuccessionEdit
from t3monitor.sync.sites import SiteServices


class ServicesHost:
    """A host of `t3monitor.sync.handover`; whatever is to be written goes into the database in force."""

    def __init__(
        self, services: SiteServices, settings: Callable[[], Settings], show: Callable[[], None] = lambda: None
    ) -> None:
        """``settings`` gives those in force; ``show`` brings the window to the front, where there is one."""
        self.show = show
        self._settings = settings
        self._services = services

    @property
    def settings(self) -> Settings:
        """Those in force."""
        return self._settings()

    def sync_once(self, *, find_panels: bool) -> "Sequence[Future[CycleReport]]":
        """One cycle of each site, or the one that runs."""
        if find_panels:
            self._services.find_panels()
        return self._services.sync_once()

    def write_notes(self, edits: Sequence[NoteEdit]) -> Sequence[NoteEdit]:
        """Changes notes, and returns what takes that back."""
        return self._services.write_notes(edits)

    def write_successions(self, edits: Sequence[SuccessionEdit]) -> Sequence[SuccessionEdit]:
        """Says which panels took the place of others, and returns what takes that back."""
        return self._services.write_successions(edits)

    def write_baseline(self, edit: BaselineEdit) -> None:
        """Freezes all points, or changes a baseline."""
        self._services.write_baseline(edit)

    def give_past(self) -> None:
        """To the simulated building, if that is in force."""
        self._services.give_past()

    def fill(self) -> None:
        """Has holes filled from T3000's own history, as was offered."""
        self._services.fill()
