"""What an import tells of a database of T3000's, for people."""

from collections.abc import Iterator
from datetime import tzinfo

from t3monitor.exchange.reports import counted, outcome_lines, span_lines
from t3monitor.exchange.t3000_files.importing import Report
from t3monitor.sync.logged.points import left_out_texts
from t3monitor.t3000.text import path_text


def report_lines(report: Report, zone: tzinfo | None, *, is_stored: bool | None) -> Iterator[str]:
    """What is in a file, and what became of it (None: that is yet to be decided); times are told in ``zone``."""
    rows, size = counted(report.rows, "row"), f"{report.size / 1e6:.1f} MB"
    yield f"{path_text(report.file)}: {rows}, {size} ({'; '.join(report.shapes)})"
    if not report.samples:
        yield "  none of the rows is a sample that can be read"
    yield from span_lines(report, zone)
    if report.twins:
        twins = counted(report.twins, "point with two rows", "points with two rows each")
        yield f"  {twins}, counted from 0 and from 1, which are joined"
    if report.duplicates:
        repeat = "row repeats the point and time of another one", "rows repeat the point and time of others"
        yield f"  {counted(report.duplicates, *repeat)}; of each point and time the first row counts"
    if report.repeated:
        yield f"  {counted(report.repeated, 'sample')} of an hour that came twice, taken for its first"
    for text in left_out_texts(report.unreadable.most_common()):
        yield f"  {text}"
    yield from outcome_lines(report, is_stored=is_stored)
