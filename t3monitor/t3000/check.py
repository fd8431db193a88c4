"""Whether a link works: what the doctor says of it, and the Test button of the settings."""

import time
from collections.abc import Iterator
from pathlib import Path

from t3monitor.config.settings import Settings
from t3monitor.model.check import Check, checked
from t3monitor.t3000.library import inspect_library
from t3monitor.t3000.links import open_link
from t3monitor.t3000.messages import AnswerDecoder

_SKIPPED_SHOWN = 3


def check_link(settings: Settings) -> Iterator[Check]:
    """Makes one real call, of a library first whether it can be loaded and what it exports; blocks meanwhile.

    A real T3000 begins a cooldown with that call. Nothing is stored.
    """
    if settings.link == "library" and settings.library:
        loaded = checked("library", lambda: _inspected(settings))
        yield loaded
        if not loaded.is_ok:
            return
    yield checked("link", lambda: _called(settings))


def _inspected(settings: Settings) -> str:
    report = inspect_library(Path(settings.library), settings.timeout_seconds)
    missing = f"; without {', '.join(report.absent)}" if report.absent else ""
    return f"{report.path} ({report.bits} bits) exports {', '.join(report.present)}{missing}"


def _called(settings: Settings) -> str:
    link = open_link(settings)
    try:
        began_s = time.monotonic()
        snapshot = AnswerDecoder().decode(link.fetch(settings.timeout_seconds).body, int(time.time()))
        spent_ms = (time.monotonic() - began_s) * 1000
    finally:
        link.close()
    skipped = [*snapshot.skipped_panels, *snapshot.skipped_points][:_SKIPPED_SHOWN]
    found = f"{link.description}: {len(snapshot.devices)} panels, {snapshot.point_count} points in {spent_ms:.0f} ms"
    return f"{found}; skipped: {'; '.join(skipped)}" if skipped else found
