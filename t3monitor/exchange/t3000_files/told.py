"""What an import tells of a file, for people."""

from collections.abc import Iterator
from datetime import tzinfo

from t3monitor.exchange.t3000_files.importing import Report
from t3monitor.model.zones import local, zone_text
from t3monitor.t3000.text import path_text


def report_lines(report: Report, zone: tzinfo | None, *, is_stored: bool | None) -> Iterator[str]:
    """What is in a file, and what became of it (None: that is yet to be decided); times are told in ``zone``."""
    yield f"{path_text(report.file)}: {report.rows:,} rows, {report.size / 1e6:.1f} MB ({'; '.join(report.shapes)})"
    if report.first_s is None or report.last_s is None:
        yield "  none of the rows is a sample that can be read"
    else:
        yield f"  {report.samples:,} samples from {_time(report.first_s, zone)} to {_time(report.last_s, zone)}"
        panels = ", ".join(
            f"{serial} (panel {', '.join(map(str, sorted(numbers)))})"
            for serial, numbers in sorted(report.panels.items())
        )
        yield f"  {report.points:,} points of panels {panels}"
    for what, count in (
        ("points with two rows each, counted from 0 and from 1, which are joined", report.twins),
        ("rows of a point and a time of which another one tells", report.duplicates),
        ("samples of an hour that came twice, which are taken for its first", report.repeated),
        *((f"rows that are left out: {reason}", count) for reason, count in report.unreadable.most_common()),
    ):
        if count:
            yield f"  {count:,} {what}"
    if is_stored is False:
        yield "  nothing was stored (--dry-run)"
    elif is_stored:
        there = report.samples - report.added
        yield f"  {report.added:,} samples were added" + (f"; {there:,} were there already" if there else "")


def _time(time_s: int, zone: tzinfo | None) -> str:
    return f"{local(time_s, zone):%Y-%m-%d %H:%M:%S} {zone_text(time_s, zone)}"
