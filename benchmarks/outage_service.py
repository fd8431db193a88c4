"""T3000's web service for outages: the stand-in of the tests, with panels that note when they were read."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from answers import JsonObject
from benchmarks.outage_stage import Say, Stage
from benchmarks.planted import Given
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3000_panels import ESP32, PanelModel
from t3000_stand_in import Mood, StandIn


class NotedPanel(PanelModel):
    """A panel that notes what of it was read, of points in use."""

    def __init__(self, given: Given, now_s: Callable[[], float], *args: Any, **members: Any) -> None:
        super().__init__(*args, **members)
        self._given, self._now_s = given, now_s

    def point(self, kind: PointType, index: int, at_s: float) -> JsonObject:
        """One point, as it is given to T3000; a moment before T3000's start is that of the saved file."""
        point = super().point(kind, index, at_s)
        if point["range"] and at_s >= 0:
            self._given.note([PointKey(self.serial_number, kind, index + 1)], self._now_s())
        return point


class WebService(Stage):
    """T3000's web service, read live."""

    first_serial = 500_001
    panel_count = 3
    notes_readings = True  # at the moment at which T3000 reads

    def __init__(self, folder: Path, interval_s: int, say: Say) -> None:
        super().__init__(folder, interval_s, say)
        # ESP32 panels tell how many points they have, so that those not in use are few and looked at often.
        self.panels = [
            NotedPanel(
                self.given if self.notes_readings else Given(),
                self.now_s,
                number,
                self.first_serial - 1 + number,
                1000 + number,
                f"AHU-{number}",
                f"192.168.1.{number}",
                labels=f"A{number}-",
                product_class=ESP32,
                counts=(20, 10, 10),
                used=(12, 4, 4),
            )
            for number in range(1, self.panel_count + 1)
        ]
        self._stand_in = self._serve()

    def regular(self) -> list[PointKey]:
        """A point of each type of each panel."""
        return [PointKey(panel.serial_number, kind, 1) for panel in self.panels for kind in PointType]

    def tidy_up(self) -> None:
        """Ends the web service."""
        self._stand_in.close()

    def sync(self) -> list[str]:
        """The command that records from the web service."""
        each = str(self.interval_s)
        options = ["--url", self.url, "--interval", each, "--timeout", each, "--retries", "0"]
        return ["t3monitor", "sync", *options, "--json", "--database", self.database_url]

    @property
    def url(self) -> str:
        """Of the web service."""
        return f"http://127.0.0.1:{self.port}"

    port = 0

    def _serve(self) -> StandIn:
        stand_in = StandIn(list(self.panels), port=self.port, hurries=True)
        self.port = int(stand_in.url.rpartition(":")[2])
        return stand_in

    def _scan(self) -> None:
        """T3000's scan of the network finds the panels, which each of its lines says."""
        for panel in self.panels:
            panel.last_checked = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())

    @contextmanager
    def _in_mood(self, mood: Mood) -> Iterator[None]:
        self._stand_in.mood = mood
        yield
        self._stand_in.mood = Mood.WELL
        self._scan()
