"""The simulated building in the times that pictures tell of, each with a database of its own."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from t3monitor.config.database_url import sqlite_url
from t3monitor.simulation.building import Building
from t3monitor.simulation.past import backfill
from t3monitor.simulation.place import place_of_building

_DAY_S = 86_400


class House(NamedTuple):
    """Where it stands, with the computer, when what is known of it ends, and whether it goes on."""

    time_zone: str
    ended_at: datetime | None = None  # by the clock on its wall; None: now
    days: int = 30
    step_s: int | None = None  # between readings; None: as the story of the building has them
    is_live: bool = False

    def move_in(self, database: Path, now_s: float) -> None:
        """Makes the database."""
        end_s = int(self.ended_at.replace(tzinfo=ZoneInfo(self.time_zone)).timestamp() if self.ended_at else now_s)
        building = Building(utc_offset_s=place_of_building(end_s).standard_offset_s)
        database.parent.mkdir(parents=True)
        backfill(sqlite_url(database), building, end_s - self.days * _DAY_S, end_s, self.step_s)


MONTH = House("America/New_York", is_live=True)
WEEK = House("America/New_York", days=8, step_s=300, is_live=True)
NEW_YORK = House("America/New_York", datetime(2026, 11, 2), days=3, step_s=300)
BERLIN = House("Europe/Berlin", datetime(2026, 10, 26), days=3, step_s=300)
NEW_YORK_IN_SPRING = House("America/New_York", datetime(2026, 3, 10), days=3, step_s=300)
BERLIN_IN_SPRING = House("Europe/Berlin", datetime(2026, 3, 31), days=3, step_s=300)
NOBODY = House("UTC", days=0)  # has chosen it yet: the first start
