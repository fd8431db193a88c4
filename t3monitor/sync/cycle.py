"""One sync cycle: steps 5 to 11 of docs/t3000.md 13.1, in their order; runs in the service's thread."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from t3monitor.model.causes import Blank, Cause
from t3monitor.model.clock import Clock, Stopwatch
from t3monitor.model.errors import (
    BusyError,
    DatabaseError,
    DatabaseLockedError,
    MonitorError,
    NotReadyError,
    Outcome,
)
from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleReport,
    CycleStarted,
    DatabaseSalvaged,
    LateStored,
    PanelAsked,
    PanelCounts,
    PanelLogged,
    PanelUpserted,
    RetryScheduled,
    SyncEvent,
    SyncPhase,
    TransactionStarted,
    Validated,
)
from t3monitor.model.point_types import PointType
from t3monitor.model.recording import Recording
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.store.database import Database
from t3monitor.store.keeper import Keeper, Store
from t3monitor.store.upkeep.disk import NO_SAMPLES
from t3monitor.store.writing.late import UnstoredCycle
from t3monitor.store.writing.validation import count_back
from t3monitor.sync import causes
from t3monitor.sync.answers import snapshot_of
from t3monitor.sync.faults import summary
from t3monitor.sync.parts import in_groups, read_anew, to_record, with_all_as_new
from t3monitor.sync.recording import PanelClaims
from t3monitor.sync.retry import call_with_retries
from t3monitor.sync.source import Source
from t3monitor.t3000.link import Answer, Link

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CycleSettings:
    """What a cycle runs by."""

    interval_s: int
    timeout_s: int
    retries: int
    recording: Recording
    panels_logged: int


class Host(Protocol):
    """What a cycle needs of the service around it."""

    clock: Clock
    site: str
    claims: PanelClaims

    @property
    def database_in_use(self) -> str:
        """URL of the database that the keeper has."""
        ...

    @property
    def keeper(self) -> Keeper:
        """Who writes; raises DatabaseError if there is no such database."""
        ...

    def database(self) -> Database:
        """The database, which may be out of reach if it was open before; raises DatabaseError if it was not."""
        ...

    def is_interrupted(self) -> bool:
        """Whether the cycle is to end soon."""
        ...

    def source(self) -> Source:
        """Where the answer comes from; raises LinkError if there is nothing to ask."""
        ...

    def emit(self, event: SyncEvent) -> None:
        """Tells the listeners."""
        ...

    def pause(self, seconds: float) -> None:
        """Waits before a retry; raises InterruptedCycleError when the service is to stop."""
        ...


class Cycle:
    """One cycle, for one `run`.

    Afterwards ``error`` is what ended it, None if it ended well, and ``snapshot`` is the answer, if anything of it was
    stored.
    """

    def __init__(self, host: Host, settings: CycleSettings, *, at_startup: bool = False) -> None:
        self.error: MonitorError | None = None
        self._host = host
        self._settings = settings
        self._at_startup = at_startup
        self._watch = Stopwatch(host.clock)
        self._started_at = host.clock.utc_s()
        self._attempts = 0
        self._answer_bytes = self._samples = 0
        self.snapshot: Snapshot | None = None
        self._run_id: int | None = None
        self._is_kept = False
        self._has_room = True

    def run(self) -> CycleReport:
        """Runs it to its end and writes its ledger row; whatever goes wrong is in the report, never raised."""
        try:
            return self._run()
        except MonitorError as error:
            self.error = error
        except Exception as bug:  # noqa: BLE001 - the service outlives any mistake in a cycle
            _log.exception("❌ The cycle failed by an error of this program")
            self.error = MonitorError(f"An error in this program: {type(bug).__name__}: {bug}")
            self.error.__cause__ = bug
        return self._fail(self.error)

    def _run(self) -> CycleReport:
        emit = self._host.emit
        settings = self._settings
        limits = settings.timeout_s, settings.retries, settings.panels_logged
        emit(CycleStarted(self._host.database_in_use, self._at_startup, *limits))
        database, source = self._host.database(), self._host.source()
        self._host.claims.know(database)
        source.recall(database, self._host.site)

        self._watch.enter(SyncPhase.FETCH.key)
        source.link.interval_s = settings.interval_s
        source.link.on_panel = lambda position, total: emit(PanelAsked(position, total))
        answer = call_with_retries(
            lambda attempt: self._call(source.link, attempt), self._settings.retries, self._wait_for_retry
        )
        received_at = int(self._host.clock.utc_s())
        was_behind, source.is_behind = source.is_behind, True  # until the answer is stored
        self._answer_bytes = answer.size_bytes

        self._watch.enter(SyncPhase.PARSE.key)
        source.words.learn(answer.words)
        snapshot = snapshot_of(source.decoder, answer, received_at, self._host.site)
        snapshot = in_groups(snapshot, answer.groups, source.recalled)
        snapshot = self._host.claims.known_controllers(self._host.site, snapshot)
        known = {panel.serial_number for panel in (*snapshot.panels, *snapshot.silent)}
        source.words.take_back(answer.words.keys() - known)
        snapshot = source.times.of_snapshot(snapshot, answer.clock_ahead_s)
        snapshot = source.spacings.of_snapshot(snapshot, settings.interval_s, answer.turn_s)
        snapshot = source.noted(snapshot, settings.interval_s)
        snapshot = self._host.claims.of_site(self._host.site, snapshot, settings.interval_s)
        self._watch.enter(SyncPhase.FETCH.key)
        snapshot = source.settings_reader.complete(snapshot, self._settings.timeout_s, self._host)
        emit(AnswerDecoded(snapshot, answer.size_bytes))
        reading = self._reading(source, snapshot, repeats=answer.repeats, whole_state=was_behind)

        self._watch.enter(SyncPhase.BEGIN.key)
        try:
            return self._host.keeper.run(lambda store: self._store(store, source, reading), self._host.is_interrupted)
        except DatabaseError as error:
            if self._run_id is None:
                self._keep(source, reading, error)
            raise

    def _reading(self, source: Source, snapshot: Snapshot, *, repeats: bool, whole_state: bool) -> "_Reading":
        groups = {panel.serial_number: panel.groups for panel in snapshot.panels}
        read = read_anew(with_all_as_new(snapshot) if whole_state else snapshot)
        state = self._settings.recording.of_snapshot(read)
        history = to_record(state, groups)
        if repeats:
            history = source.readings.new_in(history)
            if not whole_state:
                state = source.readings.new_in(state)
        blanks = causes.of_answer(snapshot, history, self._settings.recording, source.panels)
        source.panels |= {panel.serial_number: panel.panel_id for panel in snapshot.panels}
        return _Reading(snapshot, state, history, repeats, blanks)

    def _store(self, store: Store, source: Source, reading: "_Reading") -> CycleReport:
        """Steps 7 to 11, in the keeper's thread."""
        emit = self._host.emit
        self._has_room = store.has_room()
        if not self._has_room:
            reading = reading.without_samples()
        snapshot, state, history, repeats, _ = reading
        received_at = snapshot.received_at
        with store.writer.cycle(self._settings.interval_s) as transaction:
            emit(TransactionStarted())
            in_order = enumerate(zip(state.panels, reading.panels(), strict=True), start=1)
            for position, (whole, (panel, shown)) in in_order:
                counts = _counts(panel, position, len(history.panels))
                self._watch.enter(SyncPhase.UPSERT.key)
                transaction.upsert(whole, received_at)
                emit(PanelUpserted(counts))
                self._watch.enter(SyncPhase.TRENDLOG.key)
                transaction.log(panel, shown)
                emit(PanelLogged(counts))
            for panel in history.silent:
                transaction.upsert_silent(panel, received_at)
            for serial, words in source.words.unstored.items():
                transaction.take_words(serial, words, source.words.since(serial, history))
            transaction.take_reading_times(source.times.to_keep(history, repeats=repeats))
            self._samples = history.point_count
            transaction.record(self._report(*self._ending(snapshot), snapshot, transaction.run_id), reading.blanks)
            self._watch.enter(SyncPhase.COMMIT.key)
        self.snapshot, self._run_id = snapshot, transaction.run_id
        source.words.take_as_stored()
        source.is_behind = False
        if repeats:
            source.readings.take_as_stored(history)
        emit(Committed(snapshot, self._host.database_in_use, len(history.panels)))
        if store.late_stored:
            emit(LateStored(store.late_stored))
            store.late_stored = 0
        if store.salvaged:
            emit(DatabaseSalvaged(store.salvaged))
            store.salvaged = ""

        self._watch.enter(SyncPhase.VALIDATE.key)
        try:
            counted = count_back(store.database.url, history, transaction.run_id)
        except DatabaseError:
            store.writer.forget()
            source.readings.forget()
            source.is_behind = True
            raise
        emit(Validated(_validated(history.panels, counted)))
        return self._report(*self._ending(snapshot), snapshot, transaction.run_id)

    def _ending(self, snapshot: Snapshot) -> tuple[Outcome, str | None]:
        return _ending(snapshot) if self._has_room else (Outcome.DATABASE, NO_SAMPLES)

    def _keep(self, source: Source, reading: "_Reading", error: DatabaseError) -> None:
        """Has what was read wait until it can be stored."""
        for serial in source.words.unstored:
            source.words.since(serial, reading.history)
        self._samples = reading.history.point_count
        report = self._report(error.outcome, str(error), reading.snapshot, None)
        times = source.times.to_keep(reading.history, repeats=reading.repeats)
        unstored = UnstoredCycle(report, self._settings.interval_s, reading.panels(), times, reading.blanks)
        self._host.keeper.keep(unstored)
        self._is_kept = True
        if reading.repeats:
            source.readings.take_as_stored(reading.history)

    def _call(self, link: Link, attempt: int) -> Answer:
        self._host.pause(0)  # the last chance to stop before a call that may take long
        self._attempts = attempt
        self._host.emit(CallStarted(attempt, self._settings.retries + 1))
        return link.fetch(self._settings.timeout_s)

    def _wait_for_retry(self, attempt: int, wait_s: float, error: NotReadyError) -> None:
        if isinstance(error, BusyError):
            wait_s = max(wait_s, error.again_in_s)
            if self._watch.elapsed_ms() / 1000 + wait_s >= self._settings.interval_s:
                raise error  # the next cycle is as near
        self._host.emit(RetryScheduled(attempt, self._settings.retries + 1, wait_s, str(error)))
        self._host.pause(wait_s)

    def _fail(self, error: MonitorError) -> CycleReport:
        """The report of a cycle that failed, after an attempt to put it into the ledger."""
        report = self._report(error.outcome, str(error), self.snapshot, self._run_id)
        if self._is_kept:
            return replace(report, reason=f"{report.reason}; what was read waits to be stored")
        try:
            keeper = self._host.keeper
        except DatabaseError:
            return report
        interval_s, run_id = self._settings.interval_s, self._run_id
        blanks = (causes.of_failure(error),)
        if isinstance(error, DatabaseLockedError) and run_id is None:  # it was waited for once
            keeper.keep(UnstoredCycle(report, interval_s, blanks=blanks))
            return report
        try:
            run_id = keeper.run(
                lambda store: store.writer.record_failure(report, interval_s, run_id, blanks), self._host.is_interrupted
            )
        except DatabaseError:
            keeper.keep(UnstoredCycle(report, interval_s, blanks=blanks))
        return replace(report, run_id=run_id)

    def _report(
        self, outcome: Outcome, reason: str | None, snapshot: Snapshot | None, run_id: int | None
    ) -> CycleReport:
        if reason is not None:  # a path may hold bytes that are no text
            reason = reason.encode("utf-8", "backslashreplace").decode()
        read = read_anew(snapshot) if snapshot else None
        return CycleReport(
            outcome=outcome,
            reason=reason,
            started_at=self._started_at,
            finished_at=self._host.clock.utc_s(),
            elapsed_ms=self._watch.elapsed_ms(),
            phases_ms=self._watch.phases_ms(),
            attempts=self._attempts,
            devices=len(read.panels) if read else 0,
            skipped=len(snapshot.skipped_panels) + len(snapshot.skipped_points) if snapshot else 0,
            points=read.point_count if read else 0,
            samples=self._samples if snapshot else 0,
            bytes=self._answer_bytes,
            run_id=run_id,
            site=self._host.site,
        )


class _Reading(NamedTuple):
    """What an answer brought: as it is shown, what goes into the present state and what into the history, and why not.

    ``blanks`` say why there is no new reading of what is not in the history.
    """

    snapshot: Snapshot
    state: Snapshot
    history: Snapshot
    repeats: bool
    blanks: tuple[Blank, ...]

    def panels(self) -> list[tuple[Panel, Panel]]:
        """Each panel as it goes into the history, and as it is shown."""
        shown = {panel.serial_number: panel for panel in self.snapshot.panels}
        return [(panel, shown[panel.serial_number]) for panel in self.history.panels]

    def without_samples(self) -> "_Reading":
        """The same where the disk has no room for the history."""
        history = replace(self.history, panels=tuple(panel.with_only([]) for panel in self.history.panels))
        return self._replace(history=history, blanks=(Blank(None, None, Cause.DATABASE, NO_SAMPLES),))


def _ending(snapshot: Snapshot) -> tuple[Outcome, str | None]:
    """How a cycle that stored its snapshot ends: well, or with what had to be left out as the reason."""
    reasons = [
        f"{len(skipped)} {what}{'s' if len(skipped) > 1 else ''} skipped: {summary(skipped)}"
        for what, skipped in (("panel", snapshot.skipped_panels), ("point", snapshot.skipped_points))
        if skipped
    ]
    return Outcome.PARTIAL if snapshot.skipped_panels else Outcome.OK, "; ".join([*reasons, *snapshot.news]) or None


def _counts(panel: Panel, position: int, total: int) -> PanelCounts:
    return PanelCounts(
        position,
        total,
        panel.serial_number,
        panel.panel_name,
        len(panel.inputs),
        len(panel.outputs),
        len(panel.variables),
    )


def _validated(panels: Sequence[Panel], counted: dict[int, dict[PointType, int]]) -> tuple[PanelCounts, ...]:
    return tuple(
        PanelCounts(
            position,
            len(panels),
            panel.serial_number,
            panel.panel_name,
            counted[panel.serial_number][PointType.INPUT],
            counted[panel.serial_number][PointType.OUTPUT],
            counted[panel.serial_number][PointType.VARIABLE],
        )
        for position, panel in enumerate(panels, start=1)
    )
