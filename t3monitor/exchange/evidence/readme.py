"""What stands first in an evidence pack: what each of its files is, in plain words."""

from collections import defaultdict
from collections.abc import Sequence

from t3monitor.exchange.evidence.archive import SUMS
from t3monitor.exchange.table import Table
from t3monitor.exchange.wall_clock import WallClock

_POINTS_NAMED = 100
_TEXT = """\
EVIDENCE PACK of T3 Monitor
===========================

Time:   {start}
        to {end}
Points: {points}

What is in it
-------------

readings.csv    Every reading of these points in this time, one a row, point after point: the time by the clock on the
                wall with its offset from UTC, the value and its unit, states as words. Where there is no reading, one
                row says for how long and why. More than 1,048,575 rows go on in "readings 2.csv" and further ones.
holes.csv       Each stretch of time without a reading: from when to when, who is to be asked about it (the point, the
                panel, the database, T3000, or the monitor, that is T3 Monitor and its computer), its cause, and that
                in a sentence. "unknown" means that nobody recorded the cause; it is not guessed.
known.csv       For each point how much of the time is known, and how much is missing by who is to be asked.
ledger.csv      Each cycle in which T3 Monitor asked T3000 in this time: when, how it ended, why it failed, how many
                panels, points and samples it brought.
notes.csv       What people wrote down about these points, and the site as a whole, in this time, and who did.
points.csv      The points with their settings at the end of the time, without values, which readings.csv has. What
                nobody records the changes of is as it was when the pack was made: names of panels and sites, Signal,
                Low V, High V, and a description (Full label) that became another one together with the label.
points_EDE.csv, points_StateTexts.csv, points_Units.csv, points_ObjTypes.csv
                The same for the engineering tools of BACnet systems (EDE of the BACnet Interest Group Europe).
view.png        A picture of the trend: {shows}.
view.pdf        The same as a page to print.
settings.json   The settings of T3 Monitor in force. Passwords are ***, folders of users are ~. What of their file
                cannot be used, so that a default is in force, is said first ("not in force").
versions.json   The versions of the program and of what it runs on.
{sums}  The SHA-256 sum of each file. Whoever changes a file changes its sum. To check:
                  Linux, macOS:  sha256sum -c {sums}
                  Windows:       Get-FileHash *   (in PowerShell; compare with the list)

How to read it
--------------

The CSV files open in a spreadsheet, with the decimal point and the separators of the computer that made the pack.
All times in it are of the time above, those of the files are its end in UTC; nothing tells when the pack was made.
Points are called as they were at the end of the time. Of when the pack was made are notes that people have written or
changed since, the settings, the versions, and names of panels and sites; a picture of the view in sight names points
as the window did. While these stay as they are, the same points and the same time of the same database give the same
bytes, by the same program on the same computer.
"""


def readme(table: Table, shows: str, serials: Sequence[str]) -> str:
    """``shows`` is what the picture shows, ``serials`` of which panels each series is."""
    clock = WallClock(table.zone, table.start_s, table.end_s)
    start, end = (" ".join(clock.cells(time_s)) for time_s in (table.start_s, table.end_s))
    text = _TEXT.format(start=start, end=end, points=_points(table, serials), shows=shows, sums=SUMS)
    return text.replace("\n", "\r\n")


def _points(table: Table, serials: Sequence[str]) -> str:
    by_panel: dict[str, list[str]] = defaultdict(list)
    for series, its_serials in zip(table.series, serials, strict=True):
        panel = " ".join(filter(None, (series.site, series.panel)))
        name = " ".join(dict.fromkeys(filter(None, (series.point, series.label))))
        by_panel[f"{panel} ({its_serials})"].append(" ".join(name.split()))
    count = len(table.series)
    lines = [f"{count:,}" if count > 1 else "1"]
    for panel, names in by_panel.items():
        told = ", ".join(names) if count <= _POINTS_NAMED else f"{len(names)}"
        lines.append(f"{' '.join(panel.split())}: {told}")
    return "\n        ".join(lines)
