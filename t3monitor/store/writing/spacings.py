"""After what time the next reading of each panel and type was expected when the program ended."""

from sqlalchemy import literal, select, union_all

from t3monitor.model.point_types import PointType
from t3monitor.store.reading import reading
from t3monitor.store.schema import devices, sync_runs, trendlog_frames
from t3monitor.store.writing.reading_times import Vector

_kinds = union_all(*(select(literal(kind.value).label("kind")) for kind in PointType)).subquery()
_newest = (
    select(trendlog_frames.c.run_id)
    .where(trendlog_frames.c.serial_number == devices.c.serial_number, trendlog_frames.c.point_type == _kinds.c.kind)
    .order_by(trendlog_frames.c.logging_time.desc(), trendlog_frames.c.run_id.desc())
    .limit(1)
)


def read_spacings(url: str, site: str) -> dict[Vector, tuple[int, int]]:
    """The spacing of the newest reading, and the sync interval of its cycle, of the panels that ``site`` told of last.

    Raises DatabaseError.
    """
    spacing = _newest.with_only_columns(trendlog_frames.c.expected_spacing).scalar_subquery()
    query = (
        select(devices.c.serial_number, _kinds.c.kind, spacing, sync_runs.c.sync_interval)
        .select_from(devices)
        .join(_kinds, literal(value=True))
        .join(sync_runs, sync_runs.c.id == _newest.scalar_subquery())
        .where(devices.c.site == site, spacing.is_not(None))
    )
    with reading(url) as connection:
        return {
            (serial, PointType(kind)): (spacing_s, interval_s)
            for serial, kind, spacing_s, interval_s in connection.execute(query)
        }
