"""What the window says of the progress of a sync service; no widgets."""

import math
from collections.abc import Collection, Mapping

from PySide6.QtCore import QCoreApplication

from t3monitor.model.events import CycleReport, SyncPhase
from t3monitor.ui.kit.outcomes import outcome_word, way_out
from t3monitor.ui.kit.texts import duration_text, moment_text
from t3monitor.ui.progress.state import LinkState, Progress

translate = QCoreApplication.translate


def countdown_s(until_s: float | None, now_s: float) -> int:
    """Whole seconds that are left, never below zero."""
    return 0 if until_s is None else max(0, math.ceil(until_s - now_s - 0.05))


def retry_text(progress: Progress, now_s: float) -> str:
    """``T3000 is starting (-2), try 2 of 4 in 4 s``."""
    reason, left_s = progress.retry_reason, countdown_s(progress.retry_at_s, now_s)
    return translate("Progress", "{reason}, try {attempt} of {attempts} in {left} s").format(
        reason=reason, attempt=progress.attempt, attempts=progress.attempts, left=left_s
    )


def doing_text(progress: Progress, now_s: float) -> str:
    """What happens now: ``store · panel 3/6 · 768 points``."""
    if not progress.in_cycle:
        if progress.stop_reason:
            return translate("Progress", "stopped: {reason}").format(reason=progress.stop_reason)
        return translate("Progress", "waiting") if progress.started else translate("Progress", "stopped")
    if progress.retry_at_s is not None:
        return retry_text(progress, now_s)
    match progress.phase:
        case None:
            return translate("Progress", "opening database and link")
        case SyncPhase.FETCH if progress.is_asking_panels:
            return translate("Progress", "fetch · panel {position}/{total}").format(
                position=progress.position, total=progress.total
            )
        case SyncPhase.FETCH if progress.attempt > 1:
            return translate("Progress", "fetch · try {attempt} of {attempts}").format(
                attempt=progress.attempt, attempts=progress.attempts
            )
        case SyncPhase.FETCH:
            return translate("Progress", "fetch · asking T3000")
        case SyncPhase.BEGIN:
            return translate("Progress", "store · begin")
        case SyncPhase.COMMIT:
            return translate("Progress", "store · commit · {points} points").format(points=f"{progress.points:,}")
        case SyncPhase.VALIDATE:
            return translate("Progress", "validate")
    return translate("Progress", "store · panel {position}/{total} · {points} points").format(
        position=progress.position, total=progress.total, points=f"{progress.points:,}"
    )


def last_cycle_text(report: CycleReport | None) -> str:
    """How the last cycle ended: ``last cycle ok, 143 ms, 6 panels, 1,536 samples``."""
    if report is None:
        return ""
    if not report.outcome.is_stored:
        word = outcome_word(report.outcome)
        text = translate("Progress", "last cycle failed ({word}): {reason}")
        if report.outcome.heals:
            text = translate("Progress", "last cycle: {word}: {reason}")
        return text.format(word=word, reason=report.reason or "")
    text = translate("Progress", "last cycle {word}, {duration}, {panels} panels, {samples} samples")
    if report.devices == 1:
        text = translate("Progress", "last cycle {word}, {duration}, 1 panel, {samples} samples")
    text = text.format(
        word=outcome_word(report.outcome),
        duration=duration_text(report.elapsed_ms),
        panels=f"{report.devices:,}",
        samples=f"{report.samples:,}",
    )
    return f"{text}: {report.reason}" if report.reason else text


def way_out_text(report: CycleReport | None) -> str:
    """``What to do: see whether T3000 hangs``; empty where there is nothing."""
    sentence = way_out(report.outcome) if report else ""
    return translate("Progress", "What to do: %s") % sentence if sentence else ""


def last_good_text(progress: Progress) -> str:
    """``last good cycle at 2026-11-23 10:31:12``; empty if there was none."""
    if progress.last_good is None:
        return ""
    return translate("Progress", "last good cycle at %s") % moment_text(progress.last_good.finished_at)


def why_no_points(sites: Mapping[str, Progress], now_s: float) -> str:
    """What keeps points from coming, a line for each site; empty while nobody asks T3000."""
    reasons = {
        site: link_reason(progress, now_s)
        for site, progress in sites.items()
        if progress.link_state is not LinkState.LIVE
    }
    lines = [f"{site}: {reason}" if len(sites) > 1 else reason for site, reason in reasons.items() if reason]
    if not lines and any(progress.started or progress.in_cycle for progress in sites.values()):
        return translate("Progress", "Waiting for the first answer of T3000")
    return "\n".join(lines)


def next_cycle_text(progress: Progress, now_s: float) -> str:
    """``next cycle in 18 s``; empty when none is planned."""
    if progress.in_cycle:
        return translate("Progress", "syncing…")
    if progress.next_at_s is None:
        return ""
    return translate("Progress", "next cycle in {left} s").format(left=countdown_s(progress.next_at_s, now_s))


def link_state_text(progress: Progress) -> str:
    """Mark and word: ``● Live``, ``▲ Failed: timeout``."""
    state = progress.link_state
    reason = f": {outcome_word(progress.outcome)}" if progress.outcome else ""
    words = {
        LinkState.LIVE: translate("Progress", "Live"),
        LinkState.WAITING: translate("Progress", "Waiting") + reason,
        LinkState.STOPPED: translate("Progress", "Stopped"),
        LinkState.FAILED: translate("Progress", "Failed") + reason,
    }
    return f"{state.value} {words[state]}"


def sites_state_text(progresses: Collection[Progress], worst: LinkState) -> str:
    """Mark and words for several sites together: ``▲ 2 of 3 live``."""
    live = sum(progress.link_state is LinkState.LIVE for progress in progresses)
    if worst is LinkState.STOPPED and not live:
        return link_state_text(Progress())
    text = translate("Progress", "{live} of {all} live").format(live=live, all=len(progresses))
    return f"{worst.value} {text}"


def site_state_text(progress: Progress) -> str:
    """Mark and as few words as a narrow column has room for: ``● live``, ``◐ no new data``, ``▲ unreachable``."""
    state = progress.link_state
    word = outcome_word(progress.outcome) if progress.outcome else ""
    words = {
        LinkState.LIVE: translate("Progress", "live"),
        LinkState.WAITING: word or translate("Progress", "waiting"),
        LinkState.STOPPED: translate("Progress", "stopped"),
        LinkState.FAILED: word or translate("Progress", "failed"),
    }
    return f"{state.value} {words[state]}"


def site_line(site: str, progress: Progress, now_s: float) -> str:
    """One site of several with its state and the reason in full: ``▲ Plant: timeout · T3000 gave no answer``."""
    mark, _, word = site_state_text(progress).partition(" ")
    last_good = "" if progress.link_state is LinkState.LIVE else last_good_text(progress)
    return " · ".join(filter(None, (f"{mark} {site}: {word}", link_reason(progress, now_s), last_good)))


def link_reason(progress: Progress, now_s: float) -> str:
    """Why the link is as it is, in full: what is wrong, and how the last good answer was got."""
    if progress.retry_at_s is not None:
        return retry_text(progress, now_s)
    if progress.stop_reason:
        return progress.stop_reason
    wrong = progress.last.reason if progress.last and progress.judged else None
    return " · ".join(filter(None, (wrong, progress.note)))


def database_text(size: int | None, a_day: float | None = None) -> str:
    """``db 12.4 MB``, with ``, +1.5 MB a day`` where that is known; empty without a database."""
    if size is None:
        return ""
    text = translate("Progress", "db %s") % size_text(size)
    if a_day is None:
        return text
    return translate("Progress", "%1, +%2 a day").replace("%1", text).replace("%2", size_text(a_day))


def size_text(size: float) -> str:
    """``12.4 MB``."""
    if size >= 1e9:
        return translate("Progress", "%.2f GB") % (size / 1e9)
    return translate("Progress", "%.1f MB") % (size / 1e6)
