"""What retention would delete and leave, before it does: counted, and in bytes as tables of real files have them."""

import math
from datetime import tzinfo
from sqlite3 import Cursor
from typing import NamedTuple, cast

from t3monitor.config.settings import Settings
from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.store.files import database_file
from t3monitor.store.layouts import RowVector
from t3monitor.store.reading import reading
from t3monitor.store.upkeep.ages import Ages
from t3monitor.store.upkeep.disk import Room, room_of
from t3monitor.store.upkeep.retention import Limits, limits_of, pause_text, vectors_in

_DAY_S = 86_400
_LATELY_S = 7 * _DAY_S
# Bytes of a row in its table and indexes, besides its texts and blobs; measured by dbstat in a file of a month.
_FRAME, _HOT, _BLOCK, _SEGMENT, _RUN, _DAY = 41, 57, 108, 36, 166, 90
_LOOKED_AT = 50  # hot frames of a vector, of how long their values are
_PACKED_SHARE = 0.15  # of what values take as text, where nothing is packed yet

_BLOCKS = """
    SELECT layout_id, sum(count), coalesce(sum(count) FILTER (WHERE last_time < :limit), 0),
           sum(length(coalesce(times, '')) + length(coalesce(spacings, '')) + :block),
           coalesce(sum(length(coalesce(times, '')) + length(coalesce(spacings, '')) + :block)
               FILTER (WHERE last_time < :limit), 0),
           coalesce(sum(count) FILTER (WHERE last_time >= :lately), 0),
           coalesce(max(first_seq + count) FILTER (WHERE last_time < :limit), 0), min(first_time), max(last_time),
           coalesce(min(first_seq) FILTER (WHERE last_time >= :lately), 1 << 62)
    FROM TRENDLOG_BLOCKS WHERE serial_number = :serial AND point_type = :kind GROUP BY layout_id"""
_SEGMENTS = """
    SELECT coalesce(sum(length(coalesce(codes, '')) + :segment), 0),
           coalesce(sum(length(coalesce(codes, '')) + :segment) FILTER (WHERE first_seq < :gone_seq), 0),
           coalesce(sum(length(coalesce(codes, '')) + :segment) FILTER (WHERE first_seq >= :lately_seq), 0)
    FROM TRENDLOG_SEGMENTS WHERE serial_number = :serial AND point_type = :kind"""
_HOT_FRAMES = """
    SELECT count(*), coalesce(sum(logging_time < :limit), 0), coalesce(sum(logging_time >= :lately), 0),
           min(logging_time), max(logging_time)
    FROM TRENDLOG_FRAMES INDEXED BY TRENDLOG_FRAMES_HOT
    WHERE serial_number = :serial AND point_type = :kind AND seq IS NULL"""
_LENGTHS = """
    SELECT avg(length(vals)), layout_id FROM (
        SELECT vals, layout_id FROM TRENDLOG_FRAMES INDEXED BY TRENDLOG_FRAMES_HOT
        WHERE serial_number = :serial AND point_type = :kind AND seq IS NULL
        ORDER BY logging_time DESC LIMIT :looked_at)"""
_DAYS = """
    SELECT count(*), coalesce(sum(day_end <= :days_limit), 0) FROM TRENDLOG_DAYS
    WHERE serial_number = :serial AND point_type = :kind"""


class Part(NamedTuple):
    """What some panels' points of some types have in the file, and what of that goes; bytes are estimates."""

    samples: float = 0  # with values that are missing
    samples_going: float = 0
    readings_going: float = 0  # of which each has a sample of each point
    history_bytes: float = 0
    bytes_going: float = 0
    bytes_a_day: float = 0  # lately
    days_made: float = 0  # daily values that are made of what goes
    days_going: float = 0

    def plus(self, other: "Part") -> "Part":
        """Both together."""
        return Part(*(mine + its for mine, its in zip(self, other, strict=True)))


class Preview(NamedTuple):
    """What the settings do to a file, as of a time; bytes are estimates, but for those of the file and the disk."""

    whole: Part
    rules: tuple[tuple[int | None, str | None, Part], ...]  # with panel and type of each exception, the first: all else
    file_bytes: int
    oldest_s: float | None  # of all samples
    keeps_samples_s: float | None  # how long by the general rule
    full_size_bytes: float | None  # where the file stops growing; None: it does not
    room: Room | None  # on the disk
    now_s: float
    pause: str = ""  # what by the clock is old and does not go

    @property
    def bytes_later(self) -> float:
        """What of the file is in use afterwards."""
        return max(
            0.0, self.file_bytes - self.whole.bytes_going + _DAY * (self.whole.days_made - self.whole.days_going)
        )

    @property
    def days_until_full(self) -> float | None:
        """In how many days the disk has no room for samples; None: never, or that cannot be told."""
        growth = self.whole.bytes_a_day
        if self.room is None or growth <= 0:
            return None
        room = self.room.free - self.room.reserve
        if self.full_size_bytes is not None and self.full_size_bytes <= self.file_bytes + room:
            return None
        return max(0.0, room + self.file_bytes - self.bytes_later) / growth

    @property
    def days_until_limit(self) -> float | None:
        """In how many days the oldest samples that stay reach their age, and the file stops growing; None: never."""
        if self.oldest_s is None or self.keeps_samples_s is None or self.full_size_bytes is None:
            return None
        return max(0.0, self.keeps_samples_s - (self.now_s - self.oldest_s)) / _DAY_S


def preview(url: str, settings: Settings, now_s: float, zone: tzinfo | None = None) -> Preview:
    """Looks what the settings would do, at the header of each segment of the history. Raises DatabaseError.

    ``zone`` None is the computer's.
    """
    path = database_file(url)
    rules: dict[tuple[int | None, str | None], Part] = {(None, None): Part()} | {
        (kept.serial_number, kept.point_type): Part() for kept in settings.keep_exceptions
    }
    oldest: list[float] = []
    full_size = 0.0
    with reading(url) as connection:
        cursor = cast(Cursor, connection.connection.cursor())
        tables = {name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'TRENDLOG%'")}
        if not tables:
            return Preview(Part(), ((None, None, Part()),), 0, None, None, None, room_of(path), now_s)
        if "TRENDLOG_DAYS" not in tables:
            raise DatabaseUnusableError(
                f"The database {path} is of an older version; how much of it is kept is known when it is recorded to"
            )
        sizes = dict(cursor.execute("SELECT layout_id, count(*) FROM TRENDLOG_LAYOUT_POINTS GROUP BY layout_id"))
        since_s = now_s - _LATELY_S
        ages = Ages.in_file(cursor, now_s, zone)
        for vector in vectors_in(cursor):
            kept = settings.kept(*vector)
            limits = limits_of(settings, vector, ages)
            part, oldest_s = _part(cursor, vector, limits, sizes, since_s, now_s)
            rules[kept.serial_number, kept.point_type] = rules[kept.serial_number, kept.point_type].plus(part)
            if oldest_s is not None:
                oldest.append(oldest_s)
            full_size += part.bytes_a_day * kept.samples_days if kept.samples_days else math.inf
        runs = "SELECT count(*) FROM SYNC_RUNS WHERE started_at >= ?"
        (lately,) = cursor.execute(runs, (since_s,)).fetchone()
        pages, page_bytes, free_pages = (
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size", "freelist_count")
        )
    whole = Part()
    for part in rules.values():
        whole = whole.plus(part)
    recorded_days = min(_LATELY_S, max(_DAY_S / 24, now_s - min(oldest, default=now_s))) / _DAY_S
    ledger_a_day = lately * _RUN / recorded_days
    file_bytes = (pages - free_pages) * page_bytes
    beside = file_bytes - whole.history_bytes
    general = settings.keep_samples_days
    return Preview(
        whole._replace(bytes_a_day=whole.bytes_a_day + ledger_a_day),
        tuple((*of_what, part) for of_what, part in rules.items()),
        file_bytes,
        min(oldest, default=None),
        (general + ages.uncounted_days(general)) * _DAY_S if general else None,
        max(0.0, beside) + full_size if math.isfinite(full_size) and oldest else None,
        room_of(path),
        now_s,
        pause_text(url, settings, now_s, zone),
    )


def _part(
    cursor: Cursor, vector: RowVector, limits: Limits, sizes: dict[int, int], since_s: float, now_s: float
) -> tuple[Part, float | None]:
    values = {
        "serial": vector[0],
        "kind": vector[1],
        "limit": limits.samples_s,
        "days_limit": limits.days_s,
        "lately": since_s,
        "block": _BLOCK,
        "segment": _SEGMENT,
        "looked_at": _LOOKED_AT,
    }
    hot, hot_going, hot_lately, hot_oldest_s, hot_newest_s = cursor.execute(_HOT_FRAMES, values).fetchone()
    length, layout = cursor.execute(_LENGTHS, values).fetchone()
    points = sizes.get(layout, 0)
    found = Part(
        samples=hot * points,
        samples_going=hot_going * points,
        readings_going=hot_going,
        history_bytes=hot * (_HOT + (length or 0)),
        bytes_going=hot_going * (_HOT + (length or 0)),
    )
    frames, frames_lately, gone_seq, lately_seq = 0, 0, 0, 1 << 62
    times = [time_s for time_s in (hot_oldest_s, hot_newest_s) if time_s is not None]
    for layout_id, count, going, size, size_going, lately, end_seq, first_s, last_s, first_lately in cursor.execute(
        _BLOCKS, values
    ):
        points = sizes.get(layout_id, 0)
        found = found.plus(
            Part(
                samples=count * points,
                samples_going=going * points,
                readings_going=going,
                history_bytes=size + count * _FRAME,
                bytes_going=size_going + going * _FRAME,
            )
        )
        frames, frames_lately, gone_seq = frames + count, frames_lately + lately, max(gone_seq, end_seq)
        lately_seq = min(lately_seq, first_lately)
        times += [first_s, last_s]
    of_segments = {**values, "gone_seq": gone_seq, "lately_seq": lately_seq}
    segments, segments_going, segments_lately = cursor.execute(_SEGMENTS, of_segments).fetchone()
    if not times:
        return found, None
    days, days_going = cursor.execute(_DAYS, values).fetchone()
    oldest_s, newest_s = min(times), max(times)
    recorded_days = max(_DAY_S / 24, now_s - max(since_s, oldest_s)) / _DAY_S
    of_values = segments_lately / frames_lately if frames_lately else _PACKED_SHARE * (length or 0)
    gone_days = max(0.0, min(newest_s, limits.samples_s) - oldest_s) / _DAY_S if limits.keeps_days else 0.0
    return (
        found.plus(
            Part(
                history_bytes=segments + days * _DAY,
                bytes_going=segments_going,
                bytes_a_day=(hot_lately + frames_lately) * (_FRAME + of_values) / recorded_days,
                days_made=math.ceil(gone_days) * _points_in_use(cursor, vector) if found.samples_going else 0,
                days_going=days_going,
            )
        ),
        oldest_s,
    )


def _points_in_use(cursor: Cursor, vector: RowVector) -> int:
    count: int
    (count,) = cursor.execute(
        "SELECT count(*) FROM TRENDLOG_LAYOUT_POINTS WHERE range <> 0 AND layout_id ="
        " (SELECT max(id) FROM TRENDLOG_LAYOUTS WHERE serial_number = ? AND point_type = ?)",
        vector,
    ).fetchone()
    return count
