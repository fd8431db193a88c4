"""How large the database is, and how fast it grows: in the status bar."""

from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.texts import tooltip_text
from t3monitor.ui.progress.texts import database_text


class DatabaseLabel(Label):
    """Its whole sentence is in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self._size: int | None = None  # bytes
        self._a_day: float | None = None
        self._has_room = True
        self.setProperty("muted", True)
        self.setContentsMargins(8, 0, 8, 0)

    def set_size(self, size: int | None, a_day: float | None) -> None:
        """How many bytes it has, None while there is none, and gets in a day as far as that is known."""
        self._size, self._a_day = size, a_day
        self._show()

    def set_has_room(self, has_room: bool) -> None:
        """Whether there is room for its growth as well."""
        self._has_room = has_room
        self._show()

    def _show(self) -> None:
        self.setText(database_text(self._size, self._a_day if self._has_room else None))
        self.setToolTip(tooltip_text([database_text(self._size, self._a_day)]))
