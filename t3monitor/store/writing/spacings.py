"""After what time the next reading of each panel and type was expected when the program ended."""

from sqlalchemy import func, literal, select, union_all

from t3monitor.model.point_types import PointType
from t3monitor.model.points import Vector
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import MERGED_RUN, devices, sync_runs, trendlog_frames

_kinds = union_all(*(select(literal(kind.value).label("kind")) for kind in PointType)).subquery()


def read_spacings(url: str, site: str) -> dict[Vector, tuple[int, int]]:
    """The spacing of the newest reading, and the sync interval of its cycle, of the panels that ``site`` told of last.

    Raises DatabaseError.
    """
    with reading(url) as connection:
        stored = stored_rows(connection, trendlog_frames)
        if stored is None:
            return {}
        frame = stored.subquery().c
        of_run = select(sync_runs.c.sync_interval).where(sync_runs.c.id == frame.run_id).scalar_subquery()
        newest = (
            select(frame.expected_spacing)
            .where(
                frame.serial_number == devices.c.serial_number,
                frame.point_type == _kinds.c.kind,
                frame.run_id > MERGED_RUN,  # else others recorded it
            )
            .order_by(frame.logging_time.desc(), frame.run_id.desc())
            .limit(1)
        )
        spacing = newest.scalar_subquery()
        interval = newest.with_only_columns(func.coalesce(frame.sync_interval, of_run)).scalar_subquery()
        query = (
            select(devices.c.serial_number, _kinds.c.kind, spacing, interval)
            .join(_kinds, literal(value=True))
            .where(devices.c.site == site, spacing.is_not(None), interval.is_not(None))
        )
        return {
            (serial, PointType(kind)): (spacing_s, interval_s)
            for serial, kind, spacing_s, interval_s in connection.execute(query)
        }
