"""What our database knows already and an import keeps to: units of the sites' own tables, and how long samples stay."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from sqlite3 import Cursor
from typing import NamedTuple, cast

from t3monitor.config.settings import Settings
from t3monitor.model.point_types import PointType
from t3monitor.model.words import RangeWords
from t3monitor.store.files import database_file
from t3monitor.store.migrate import schema_revision
from t3monitor.store.reading import reading
from t3monitor.store.upkeep.ages import Ages
from t3monitor.store.upkeep.retention import Limits, limits_of
from t3monitor.store.words import words_in_force


class Known(NamedTuple):
    """Words of panels by serial number, since when samples and daily values are kept (UTC s), its file and its URL."""

    words: Mapping[int, RangeWords] = {}
    kept_since: Callable[[int, PointType], float] = lambda *_: 0.0
    days_kept_since: Callable[[int, PointType], float] = lambda *_: 0.0
    file: Path | None = None
    url: str = ""


def known_to(url: str, settings: Settings) -> Known:
    """What the database knows, which need not be there yet; raises DatabaseError."""
    words: dict[int, RangeWords] = {}
    ages = Ages(time.time())
    if schema_revision(url) is not None:
        with reading(url) as connection:
            words = words_in_force(connection)
            ages = Ages.in_file(cast(Cursor, connection.connection.cursor()), ages.now_s)

    def limits(serial: int, kind: PointType) -> Limits:
        return limits_of(settings, (serial, kind.value), ages)

    return Known(
        words,
        lambda *vector: limits(*vector).samples_s,
        lambda *vector: limits(*vector).days_s,
        database_file(url),
        url,
    )
