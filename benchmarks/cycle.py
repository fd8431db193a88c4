"""The whole cycle of the program's own service against its floor: typed decoding and the driver, nothing else."""

import sqlite3
import statistics
import threading
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import msgspec
from msgspec import Struct

from benchmarks import answers
from benchmarks.answers import Answer
from benchmarks.measure import WARM_UP, Row, Times, timed_ms, times_floor
from benchmarks.rivals import ChangedPoints, RawFile, SqlRow, device_rows, upsert
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import LinkName, Settings
from t3monitor.diagnostics.logs import start_logging
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import PanelSettings
from t3monitor.store import statements
from t3monitor.store.keepers import Keepers
from t3monitor.sync.flow_log import FlowLog
from t3monitor.sync.service import Listener, SyncService
from t3monitor.t3000 import link as t3000_link
from t3monitor.t3000.messages import AnswerDecoder

_LONGEST = 1.5  # the bar of docs/performance.md


class CycleResult(NamedTuple):
    """What the whole cycles of one input gave."""

    rows: list[Row]
    notes: list[str]


class CannedLink(t3000_link.Link):
    """A link that has its next answer ready, and knows the addresses of the panels."""

    description = "canned answers"

    def __init__(self) -> None:
        self.body = b""

    def fetch(self, timeout_s: float) -> t3000_link.Answer:  # noqa: ARG002 - it is there
        """The answer."""
        return t3000_link.Answer(self.body)

    def panel_settings(self, panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings | None:  # noqa: ARG002
        """Addresses of a panel."""
        return PanelSettings(f"192.168.1.{panel_id}", 502, panel_id, panel_id)


class AnswerClock:
    """A clock whose date is that of the answers, and whose seconds are real."""

    def __init__(self) -> None:
        self.received_at = 0

    def utc_s(self) -> float:
        """UTC epoch seconds."""
        return float(self.received_at)

    def monotonic_s(self) -> float:
        """Seconds that never jump."""
        return monotonic()

    def up_s(self) -> tuple[float, float]:
        """Awake and asleep; nobody asks."""
        return monotonic(), 0.0

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """Waits on the condition."""
        condition.wait(timeout_s)


class Program:
    """The sync service in a thread of its own, asked for one cycle after the other."""

    def __init__(self, path: Path, *listeners: Listener, site: str = "", keepers: Keepers | None = None) -> None:
        """``keepers`` are shared with other sites."""
        self.path = path
        self.link = CannedLink()
        self.reports: list[CycleReport] = []
        self._clock = AnswerClock()
        settings = Settings(link=LinkName.DEMO, sync_interval_secs=answers.INTERVAL_S)
        self._service = SyncService(
            settings, lambda _: self.link, lambda _: sqlite_url(path), self._clock, site=site, keepers=keepers
        )
        for listener in listeners:
            self._service.add_listener(listener)
        self._thread = threading.Thread(target=self._service.run, name="sync")
        self._thread.start()

    def cycle(self, answer: Answer) -> None:
        """One cycle, from the request to its report."""
        self._request(answer)
        self._keep(self._service.sync_once().result())

    def close(self) -> None:
        """Ends the service and its thread."""
        self._service.close()
        self._thread.join()

    def _request(self, answer: Answer) -> None:
        self.link.body, self._clock.received_at = answer.body, answer.received_at

    def _keep(self, report: CycleReport) -> None:
        if report.outcome is not Outcome.OK:
            raise RuntimeError(f"A measured cycle failed: {report.reason}")
        self.reports.append(report)


class _PlainPoint(Struct):
    """What the program's decoder asks of a point."""

    id: str
    index: int
    type: str
    pid: int
    value: float
    control: int
    range: int
    auto_manual: int
    digital_analog: int
    label: str
    description: str
    panel: int | None = None
    full_label: str | None = None
    units: str | None = None
    decom: int | None = None
    status: int | None = None
    filter: int | None = None
    calibration_h: int | None = None
    calibration_l: int = 0
    calibration_sign: int = 0
    low_voltage: int = 0
    high_voltage: int = 0
    hw_switch_status: int | None = None
    unused: int | None = None


class _PlainPanel(Struct):
    panel_id: int
    panel_serial_number: int
    panel_name: str
    panel_ipaddress: str
    input_logging_time: int
    output_logging_time: int
    variable_logging_time: int
    device_data: list[_PlainPoint]


class _PlainAnswer(Struct):
    action: str
    data: list[_PlainPanel]


class _FloorRows(NamedTuple):
    devices: list[SqlRow]
    points: dict[PointType, list[SqlRow]]
    frames: list[SqlRow]
    run: SqlRow


class _Floor:
    """What cannot be left out: the answer as typed values, and the rows that the program writes, ready made."""

    def __init__(self, path: Path) -> None:
        self._file = RawFile(path)
        self._decoder = msgspec.json.Decoder(_PlainAnswer)

    def decode(self, body: bytes) -> None:
        """The whole answer in one step."""
        self._decoder.decode(body)

    def store(self, rows: _FloorRows) -> None:
        """One transaction."""
        with self._file.writing() as cursor:
            upsert(cursor, rows.devices, rows.points)
            cursor.executemany(statements.INSERT_FRAME, rows.frames)
            cursor.execute(statements.INSERT_RUN, rows.run)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def measure(input_: str, cycles: int, folder: Path) -> CycleResult:
    """Runs the cycles of an input by the program and by the floor in turn."""
    start_logging(folder / "logs", cycles_on_stderr=False)
    program = Program(folder / f"{input_}-cycle.db", FlowLog())
    others: dict[str, Program] = {
        "  the same without log lines": Program(folder / f"{input_}-without-log.db"),
    }
    floor = _Floor(folder / f"{input_}-floor.db")
    decoder, changed_points = AnswerDecoder(), ChangedPoints()
    ms: dict[Program, list[float]] = {contender: [] for contender in (program, *others.values())}
    decode_ms: list[float] = []
    store_ms: list[float] = []
    for answer in answers.INPUTS[input_](WARM_UP + cycles):
        ms[program].append(timed_ms(lambda: program.cycle(answer)))  # noqa: B023 - called at once
        snapshot = decoder.decode(answer.body, answer.received_at)
        rows = _FloorRows(device_rows(snapshot), changed_points.rows(snapshot), *_history(program.path))
        decode_ms.append(timed_ms(lambda: floor.decode(answer.body)))  # noqa: B023
        store_ms.append(timed_ms(lambda: floor.store(rows)))  # noqa: B023
        for other in others.values():
            ms[other].append(timed_ms(lambda: other.cycle(answer)))  # noqa: B023
    for contender in ms:
        contender.close()
    floor.close()

    times = {contender: Times.after_warm_up(measured) for contender, measured in ms.items()}
    floor_times = Times.after_warm_up([sum(both) for both in zip(decode_ms, store_ms, strict=True)])
    ours = times[program]
    table = [times_floor("whole cycle, against its floor", input_, ours, floor_times, _LONGEST)]
    table += [times_floor(what, input_, times[other], floor_times) for what, other in others.items()]
    phases = _phases(program.reports[WARM_UP:])
    notes = [
        f"Whole cycle, {input_}: "
        + ", ".join(f"{phase} {spent:.1f} ms" for phase, spent in phases.items())
        + f", outside of these phases {max(0.0, ours.median - sum(phases.values())):.1f} ms.",
        f"  Its floor: decoding {Times.after_warm_up(decode_ms).median:.1f} ms, storing "
        f"{Times.after_warm_up(store_ms).median:.1f} ms. Means, checkpoints included: program {ours.mean:.1f} ms, "
        f"floor {floor_times.mean:.1f} ms.",
    ]
    return CycleResult(table, notes)


def _history(path: Path) -> tuple[list[SqlRow], SqlRow]:
    """The frames and the ledger row of the newest cycle."""
    with closing(sqlite3.connect(path)) as connection:
        run = connection.execute("SELECT * FROM SYNC_RUNS ORDER BY id DESC LIMIT 1").fetchone()
        return connection.execute("SELECT * FROM TRENDLOG_FRAMES WHERE run_id = ?", run[:1]).fetchall(), run


def _phases(reports: list[CycleReport]) -> dict[str, float]:
    return {phase: statistics.median(report.phases_ms[phase] for report in reports) for phase in reports[0].phases_ms}
