"""How often the plot goes along with the present."""

from PySide6.QtCore import QTimer

_FASTEST_MS, _SLOWEST_MS = 1000, 10_000


class FollowTimer(QTimer):
    """Runs as often as the present moves by a pixel."""

    def run(self, pixel_s: float | None) -> None:
        """A pixel is so much time; None: nobody follows it in sight."""
        if pixel_s is None:
            self.stop()
            return
        interval = min(max(int(pixel_s * 1000), _FASTEST_MS), _SLOWEST_MS)
        if not self.isActive() or self.interval() != interval:
            self.start(interval)
