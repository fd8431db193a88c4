"""The log lines of docs/t3000.md 13.4, word by word, made from the service's events."""

import logging
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from t3monitor.diagnostics.logs import FFI_LOGGER, OF_CYCLE, PROGRAM_LOGGER
from t3monitor.model.errors import Outcome
from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleFinished,
    CycleStarted,
    DatabaseSalvaged,
    FillEnded,
    FillOffered,
    LateStored,
    PanelCounts,
    PanelLogged,
    PanelUpserted,
    RetryScheduled,
    ServiceInitialized,
    ServiceInterrupted,
    ServiceStarted,
    ServiceStopped,
    SyncEvent,
    TransactionStarted,
    TrendLogsRead,
    Validated,
)
from t3monitor.model.snapshot import Snapshot
from t3monitor.model.times import duration_text
from t3monitor.sync.faults import Faults, panel_of
from t3monitor.sync.logged.points import left_out_texts

Line = tuple[int, str]  # level of logging, text without time stamp

_initialize = logging.getLogger(PROGRAM_LOGGER)
_ffi = logging.getLogger(FFI_LOGGER)


class FlowLog:
    """A listener of one service.

    FFI.log gets every line of the flow, Initialize.log those of start-up and of a stop by an error. The lines of
    all panels are one record, which the log files stamp line by line: a cycle of 20 panels has 180 lines, and writing
    each record costs as much as storing a panel.
    """

    def __init__(self) -> None:
        self._flow = FlowLines()
        self._panel_lines: list[str] = []

    def __call__(self, event: SyncEvent) -> None:
        """Writes the lines of an event, those of panels with the next event of another kind."""
        if isinstance(event, (PanelUpserted, PanelLogged)):
            self._panel_lines += (line for _, line in self._flow.of(event))
            return
        if self._panel_lines:
            _ffi.info("%s", "\n".join(self._panel_lines))
            self._panel_lines = []
        loggers = [_ffi, _initialize] if _is_initialization(event) else [_ffi]
        for level, lines in groupby(self._flow.of(event), key=itemgetter(0)):
            text = "\n".join(line for _, line in lines)
            for logger in loggers:
                logger.log(level, "%s", text, extra={OF_CYCLE: True})


def _is_initialization(event: SyncEvent) -> bool:
    match event:
        case ServiceInitialized() | ServiceStarted() | ServiceStopped() | CycleStarted(at_startup=True):
            return True
        case CycleFinished(report=report):
            return report.outcome is Outcome.DATABASE and report.attempts == 0  # it was not even opened
    return False


class FlowLines:
    """The lines of one event after another, of one service or of several.

    What lasts is told when it begins, changes and ends, and of a site with many panels only those that changed.
    """

    def __init__(self) -> None:
        self._sites: defaultdict[str, _Site] = defaultdict(_Site)

    def of(self, event: SyncEvent) -> list[Line]:
        """The lines of an event, with the site's name at their end; none for those that docs/t3000.md 13.4 lacks."""
        lines = self._sites[event.site].lines(event)
        return [(level, f"{line} [{event.site}]") for level, line in lines] if event.site else lines


class _Site:
    """What was told of one site."""

    def __init__(self) -> None:
        self._faults = Faults()
        self._panels: dict[int, tuple[object, ...]] = {}  # by serial number: what a change of is worth its lines
        self._changed: set[int] = set()  # serial numbers, in the cycle that runs
        self._panels_logged: float = math.inf  # until a cycle says it

    def lines(self, event: SyncEvent) -> list[Line]:
        match event:
            case CycleStarted(panels_logged=panels_logged):
                self._panels_logged = panels_logged
            case AnswerDecoded(snapshot=snapshot):
                return [*_lines(event), *self._changes(snapshot)]
            case PanelUpserted(panel=panel) | PanelLogged(panel=panel) if not self._is_told(panel, panel.total):
                return []
            case Validated(panels=panels):
                told = tuple(panel for panel in panels if self._is_told(panel, len(panels)))
                return [
                    *_lines(replace(event, panels=told)),
                    *_info(*_summary_line([panel for panel in panels if panel not in told], beside=bool(told))),
                ]
        return _lines(event)

    def _changes(self, snapshot: Snapshot) -> list[Line]:
        sentences = (*snapshot.skipped_panels, *snapshot.skipped_points)
        change = self._faults.take(sentences, {panel.panel_id for panel in snapshot.panels})
        concerned = {panel_of(sentence) for sentence in (*change.begun, *change.over)}
        panels = {
            panel.serial_number: (
                panel.panel_id,
                panel.panel_name,
                *(len(points) for _, points, _ in panel.vectors()),
            )
            for panel in snapshot.panels
        }
        self._changed = {
            serial for serial, panel in panels.items() if panel[0] in concerned or self._panels.get(serial) != panel
        }
        self._panels = panels
        return [
            *((logging.WARNING, f"⚠️ Skipped: {sentence}") for sentence in change.begun),
            *_info(*(f"✅ Used again: {subject}" for subject in change.over)),
        ]

    def _is_told(self, panel: PanelCounts, total: int) -> bool:
        return total <= self._panels_logged or panel.serial_number in self._changed


def _lines(event: SyncEvent) -> list[Line]:
    match event:
        case ServiceInitialized():
            return _info("✅ Database connection established")
        case ServiceStarted(interval_s=interval_s):
            return _info(
                f"🚀 Starting T3000 LOGGING_DATA sync service with {interval_s}-second intervals",
                "⚡ Running immediate sync on startup, then continuing with periodic sync...",
            )
        case ServiceInterrupted(slept_s=slept_s, stepped_s=stepped_s):
            slept = f"💤 This computer slept, or the program was halted, for {duration_text(slept_s)}"
            stepped = f"⚠️ This computer's clock was set: it is {duration_text(stepped_s)} later now"
            if stepped_s < 0:
                stepped = f"⚠️ This computer's clock was set back by {duration_text(stepped_s)}"
            return [(logging.WARNING, text) for text, seconds in ((slept, slept_s), (stepped, stepped_s)) if seconds]
        case ServiceStopped(reason=""):
            return _info("🛑 Sync service stopped")
        case ServiceStopped(reason=reason):
            return [(logging.ERROR, f"❌ Sync service stopped: {reason}")]
        case CycleStarted(at_startup=at_startup, timeout_s=timeout_s, retries=retries):
            first = ["🏃 Performing immediate startup sync..."] if at_startup else []
            return _info(*first, f"⚙️ Config: Timeout {timeout_s}s, Retry {retries}x")
        case CallStarted():
            return _info("🔄 Starting HandleWebViewMsg(15) call")
        case RetryScheduled(attempt=attempt, attempts=attempts, wait_s=wait_s, reason=reason):
            return [(logging.WARNING, f"⚠️ {reason}; try {attempt} of {attempts} in {wait_s:g} s")]
        case AnswerDecoded(snapshot=snapshot, answer_bytes=answer_bytes):
            called = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(snapshot.received_at))
            return [
                *_info(
                    f"[=== LOGGING_DATA C++ FFI Call [{called}] ===]",
                    f"📋 FFI Response - {len(snapshot.panels)} devices found, {answer_bytes} characters received",
                    *([f"📡 {snapshot.note}"] if snapshot.note else []),
                ),
                *((logging.WARNING, f"⚠️ {sentence}") for sentence in snapshot.news),
            ]
        case TransactionStarted():
            return _info("💾 Database transaction started")
        case PanelUpserted(panel=panel):
            return _info(
                f"📱 Device {panel.position}/{panel.total}: Serial={panel.serial_number}, Name='{panel.panel_name}'",
                *(
                    line
                    for points, kind in _by_type(panel)
                    for line in (f"🔧 Processing {points} {kind} points...", f"✅ {kind} points completed")
                ),
            )
        case PanelLogged(panel=panel):
            return _info(
                f"📊 Trend logs inserted ({panel.points} entries)", f"🎯 Device {panel.serial_number} completed"
            )
        case Committed(panels=panels):
            return _info(f"💾 Committing transaction ({panels} devices)", "✅ Transaction committed successfully")
        case LateStored(cycles=cycles):
            return _info(f"💾 Stored late: {cycles} cycle{'s' if cycles > 1 else ''}, with the times of the readings")
        case DatabaseSalvaged(sentence=sentence):
            return [(logging.WARNING, f"🩹 {sentence}")]
        case Validated(panels=panels):
            return _info("🔍 Validation: Checking data persistence", *map(_validation_line, panels))
        case CycleFinished():
            return _finished_lines(event)
        case FillOffered(missing_s=missing_s):
            return _info(
                f"📥 T3000 may have logged what was missed while T3 Monitor did not record ({duration_text(missing_s)})"
            )
        case FillEnded():
            return _filled_lines(event)
        case TrendLogsRead(panels=panels_read, trend_logs=trend_logs, problem=problem):
            stored = _info(f"📊 Trend log configuration: {trend_logs} trend logs of {panels_read} panels stored")
            if not problem:
                return stored
            return [*(stored if panels_read else []), (logging.INFO, f"📊 Trend log configuration: {problem}")]
    return []


def _finished_lines(event: CycleFinished) -> list[Line]:
    report = event.report
    waiting = ""
    if event.next_in_s is not None:
        waiting = f"{math.ceil(event.next_in_s - 0.05)}"  # a few milliseconds into the interval are still the interval
    if report.outcome.is_stored:
        line = (logging.INFO, "🎉 SYNC CYCLE COMPLETED" + (f" - Next in {waiting}s" if waiting else ""))
    elif report.outcome.heals:
        line = (logging.WARNING, f"⚠️ Sync cycle ended ({report.outcome}): {report.reason}")
    else:
        line = (logging.ERROR, f"❌ Sync cycle failed ({report.outcome}): {report.reason}")
    return [line, *(_info(f"⏰ Waiting {waiting} seconds until next sync cycle") if waiting else [])]


def _filled_lines(event: FillEnded) -> list[Line]:
    lines = []
    if event.missing_s:
        panels = f"{event.panels} panel{'' if event.panels == 1 else 's'}"
        share = f"{duration_text(event.filled_s)} of {duration_text(event.missing_s)}"
        lines = _info(f"📥 Filled from T3000's own history: {event.samples} samples of {panels}, {share}")
    lines += _info(*(f"📥 T3000's own history: {text}" for text in left_out_texts(event.left_out)))
    if event.problem:
        again = f" - tried again in {duration_text(event.again_in_s)}" if event.again_in_s else ""
        lines.append((logging.WARNING, f"⚠️ Filling from T3000's own history: {event.problem}{again}"))
    return lines


def _validation_line(panel: PanelCounts) -> str:
    counts = " ".join(f"{points} {kind} points;" for points, kind in _by_type(panel))
    return f"📊 Validation results: Device {panel.serial_number}: 1 record(s) in DEVICES table; {counts}"


def _summary_line(panels: Sequence[PanelCounts], *, beside: bool) -> tuple[str, ...]:
    """One line for all panels that have none of their own, ``beside`` some that have."""
    if not panels:
        return ()
    inputs, outputs, variables = (
        sum(counts)
        for counts in zip(*((panel.inputs, panel.outputs, panel.variables) for panel in panels), strict=True)
    )
    them = f"{len(panels)} other devices" if beside else f"all {len(panels)} devices"
    return (
        f"📊 Validation results: {them} as before: {len(panels)} record(s) in DEVICES table; "
        f"{inputs} INPUT points; {outputs} OUTPUT points; {variables} VARIABLE points;",
    )


def _by_type(panel: PanelCounts) -> tuple[tuple[int, str], ...]:
    return (panel.inputs, "INPUT"), (panel.outputs, "OUTPUT"), (panel.variables, "VARIABLE")


def _info(*lines: str) -> list[Line]:
    return [(logging.INFO, line) for line in lines]
