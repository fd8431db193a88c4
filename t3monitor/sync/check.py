"""Whether a link works: what the doctor says of it, and the Test button of the settings."""

import time
from collections.abc import Iterator
from pathlib import Path

from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.check import Check, checked
from t3monitor.model.errors import Outcome
from t3monitor.model.identity import controllers_at_once
from t3monitor.model.snapshot import Snapshot
from t3monitor.sync.links import open_link, web_link
from t3monitor.t3000.link import Link
from t3monitor.t3000.messages import AnswerDecoder

_SKIPPED_SHOWN = 3


def check_link(settings: Settings, known: Snapshot | None = None) -> Iterator[Check]:
    """Makes one real fetch, and looks at what that rests on first; blocks meanwhile.

    Of a library that is whether it can be loaded and what it exports, of each T3000 computer its web service and its
    panels. A real T3000 may begin a cooldown with it. Nothing is stored; ``known`` is what is stored of earlier runs.
    """
    if settings.link == LinkName.WEBAPI:
        for site in settings.sites:
            suffix = f" {site.name}" if len(settings.sites) > 1 else ""
            yield from _check_web_service(settings.at_site(site), known, suffix)
        return
    if settings.link == LinkName.LIBRARY and settings.library:
        loaded = checked("library", lambda: _inspected(settings))
        yield loaded
        if not loaded.is_ok:
            return
    yield _fetched("link", settings)


def _check_web_service(settings: Settings, known: Snapshot | None, suffix: str) -> Iterator[Check]:
    timeout_s = settings.timeout_seconds
    link = web_link(settings)
    link.interval_s = settings.sync_interval_secs
    if known is not None:
        link.recall(known)
    try:
        service = checked(f"service{suffix}", lambda: link.check_service(timeout_s))
        yield service
        if service.is_ok:
            yield checked(f"clock{suffix}", lambda: link.check_clock(timeout_s))
            yield checked(f"panels{suffix}", lambda: link.check_panels(timeout_s))
            yield _fetched(f"link{suffix}", settings, link)
    finally:
        link.close()


def _inspected(settings: Settings) -> str:
    from t3monitor.t3000.library import inspect_library

    report = inspect_library(Path(settings.library), settings.timeout_seconds)
    missing = f"; without {', '.join(report.absent)}" if report.absent else ""
    return f"{report.path} ({report.bits} bits) exports {', '.join(report.present)}{missing}"


def _fetched(name: str, settings: Settings, link: Link | None = None) -> Check:
    """The check that fetches; panels that T3000 could not read make its outcome partial, as that of a cycle."""
    failed: list[str] = []
    check = checked(name, lambda: _called(settings, link, failed))
    return Check(name, Outcome.PARTIAL, check.text) if check.is_ok and failed else check


def _called(settings: Settings, given: Link | None, failed: list[str]) -> str:
    """A sentence about one fetch over the given link, or one of its own; ``failed`` gets those of panels not read."""
    link = given or open_link(settings)
    try:
        began_s = time.monotonic()
        answer = link.fetch(settings.timeout_seconds)
        snapshot = AnswerDecoder().decode(answer.body, int(time.time()))
        spent_ms = (time.monotonic() - began_s) * 1000
    finally:
        if given is None:
            link.close()
    panels = [*answer.failed_panels, *snapshot.skipped_panels, *controllers_at_once(snapshot)]
    failed += panels
    points = [*answer.missing_points, *snapshot.skipped_points]
    skipped = [*panels, *points][:_SKIPPED_SHOWN]
    found = f"{link.description}: {len(snapshot.panels)} panels, {snapshot.point_count} points in {spent_ms:.0f} ms"
    noted = f"{found}, {answer.note}" if answer.note else found
    return f"{noted}; skipped: {'; '.join(skipped)}" if skipped else noted
