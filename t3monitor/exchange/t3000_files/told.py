"""What an import tells of a database of T3000's, for people."""

from collections.abc import Iterator
from datetime import tzinfo

from t3monitor.exchange.reports import outcome_lines, span_lines
from t3monitor.exchange.t3000_files.importing import Report
from t3monitor.t3000.text import path_text


def report_lines(report: Report, zone: tzinfo | None, *, is_stored: bool | None) -> Iterator[str]:
    """What is in a file, and what became of it (None: that is yet to be decided); times are told in ``zone``."""
    yield f"{path_text(report.file)}: {report.rows:,} rows, {report.size / 1e6:.1f} MB ({'; '.join(report.shapes)})"
    if not report.samples:
        yield "  none of the rows is a sample that can be read"
    yield from span_lines(report, zone)
    for what, count in (
        ("points with two rows each, counted from 0 and from 1, which are joined", report.twins),
        ("rows of a point and a time of which another one tells", report.duplicates),
        ("samples of an hour that came twice, which are taken for its first", report.repeated),
        *((f"rows that are left out: {reason}", count) for reason, count in report.unreadable.most_common()),
    ):
        if count:
            yield f"  {count:,} {what}"
    yield from outcome_lines(report, is_stored=is_stored)
