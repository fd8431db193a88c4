"""How a cycle is printed: as the JSON object of the command line's contract, or for people."""

import json
import time
from collections.abc import Iterable, Sequence

from t3monitor.model.events import CycleReport
from t3monitor.model.snapshot import Panel, Snapshot

_VALUES_SHOWN = 4
_PANELS_SHOWN = 20
_TEXT_COLUMNS = (1, 7)


def cycle_json(report: CycleReport) -> str:
    """One line of JSON (docs/command-line.md), with the site first where it has a name."""
    return json.dumps(
        ({"site": report.site} if report.site else {})
        | {
            "outcome": report.outcome,
            "reason": report.reason,
            "attempts": report.attempts,
            "devices": report.devices,
            "skipped": report.skipped,
            "points": report.points,
            "samples": report.samples,
            "bytes": report.bytes,
            "run_id": report.run_id,
            "elapsed_ms": report.elapsed_ms,
            "phases_ms": dict(report.phases_ms),
        }
    )


def cycle_text(report: CycleReport, snapshot: Snapshot | None) -> str:
    """A line that says how the cycle went, and a table of its panels."""
    clock = time.strftime("%H:%M:%S", time.localtime(report.started_at))
    site = f"{report.site}: " if report.site else ""
    lines = [f"{clock}  {site}{report.outcome.replace('_', ' ')}{f': {report.reason}' if report.reason else ''}"]
    if report.devices and snapshot:
        phases = ", ".join(f"{phase} {spent_ms:g}" for phase, spent_ms in report.phases_ms.items())
        lines.append(
            f"          {report.devices} panels, {report.points:,} points, {report.samples:,} samples from "
            f"{report.bytes:,} bytes in {report.elapsed_ms:g} ms ({phases})"
        )
        lines += _table(snapshot.panels[:_PANELS_SHOWN], snapshot.received_at)
        if len(snapshot.panels) > _PANELS_SHOWN:
            lines.append(f"          ... and {len(snapshot.panels) - _PANELS_SHOWN} more panels")
    return "\n".join(lines)


def _table(panels: Iterable[Panel], now_s: int) -> list[str]:
    titles = ("Panel", "Name", "Serial", "Used", "Overridden", "Faulty", "Read", "Values")
    rows = [titles, *(_row(panel, now_s) for panel in panels)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["          " + "  ".join(_aligned(row, widths)).rstrip() for row in rows]


def _row(panel: Panel, now_s: int) -> tuple[str, ...]:
    used = [point for point in panel.points() if point.in_use]
    values = [f"{point.label or point.point_id} {point.value_text}" for point in used if not point.is_digital]
    return (
        str(panel.panel_id),
        panel.panel_name,
        str(panel.serial_number),
        f"{len(used)}/{panel.point_count}",
        str(sum(point.is_overridden for point in used)),
        str(sum(bool(point.fault) for point in used)),
        "never" if panel.read_at is None else f"{max(0, now_s - panel.read_at)} s ago",
        ", ".join(values[:_VALUES_SHOWN]),
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    for column, (text, width) in enumerate(zip(row, widths, strict=True)):
        yield text.ljust(width) if column in _TEXT_COLUMNS else text.rjust(width)
