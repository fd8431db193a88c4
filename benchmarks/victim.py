"""The real command in a process of its own: started, followed by its log, killed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import HOME_VARIABLE, Paths
from t3monitor.diagnostics.logs import FFI_FILE

CYCLE_BEGINS = "⚙️ Config"
TRANSACTION_BEGINS = "💾 Database transaction started"
_PATIENCE_S = 60.0
_LOOK_EVERY_S = 0.001

# What a process is at, by the newest line of its log.
_AFTER_LINE = {
    CYCLE_BEGINS: "open",
    "✅ Database connection": "open",
    "🔄 Starting": "fetch or parse",
    "[=== LOGGING_DATA": "begin",
    "📋 FFI Response": "begin",
    "⚠️ Skipped": "begin",
    TRANSACTION_BEGINS: "upsert",
    "📱 Device": "trendlog",
    "🔧 Processing": "trendlog",
    "✅ INPUT": "trendlog",
    "✅ OUTPUT": "trendlog",
    "✅ VARIABLE": "trendlog",
    "📊 Trend logs inserted": "upsert",
    "🎯 Device": "upsert",
    "💾 Committing": "validate",
    "✅ Transaction committed": "validate",
    "🔍 Validation": "between cycles",
    "📊 Validation": "between cycles",
    "🎉": "between cycles",
    "⏰": "between cycles",
}
IN_TRANSACTION = ("upsert", "trendlog", "commit")
PHASES = ("start", "open", "fetch or parse", "begin", *IN_TRANSACTION, "validate", "between cycles")


class Home:
    """A folder of settings and logs of its own, with a simulated building of so many panels."""

    def __init__(self, folder: Path, panels: int, **settings: object) -> None:
        self.folder = folder
        self.panels = panels
        paths = Paths(folder / "config", folder / "data", folder / "logs")
        paths.config.mkdir(parents=True)
        paths.settings_file.write_text(json.dumps({"demo_panels": panels, **settings}), encoding="utf-8")
        self.log = paths.log_folder / FFI_FILE


class Victim:
    """A command on a database, one at a time in a home; killed at the latest on exit."""

    def __init__(
        self, home: Home, database: Path, *options: str, command: Sequence[str] = ("sync", "--link", "demo", "--json")
    ) -> None:
        self._home = home
        self._database = database
        self._output = home.folder / "output"
        self._log_text = ""
        home.log.unlink(missing_ok=True)
        whole = [sys.executable, "-m", "t3monitor", *command, "--database", sqlite_url(database), *options]
        with self._output.open("wb") as output, (home.folder / "errors").open("wb") as errors:
            self._process = subprocess.Popen(
                whole,
                stdout=output,
                stderr=errors,
                env=os.environ | {HOME_VARIABLE: str(home.folder)},
                cwd=Path(__file__).parents[1],
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """Ends it without a chance to tidy up: SIGKILL, on Windows TerminateProcess."""
        self._process.kill()
        self._process.wait()

    def finish(self) -> int:
        """Lets it come to its own end and returns the exit code."""
        return self._process.wait(_PATIENCE_S)

    def wait_for_line(self, text: str, times: int) -> None:
        """Waits until a line has been written so many times."""
        self.wait_until(lambda: self._written().count(text) >= times)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Waits until something is so."""
        looks = int(_PATIENCE_S / _LOOK_EVERY_S)
        while not condition():
            looks -= 1
            if not looks:
                raise TimeoutError("The command does not do what is waited for.")
            self.let_run(_LOOK_EVERY_S)

    def wait_for_pages(self) -> None:
        """Waits until pages are written to the database's log: those of a commit, or such as fill the page cache."""
        began, log = monotonic(), self._database.with_name(self._database.name + "-wal")
        before = _written_at(log)
        while _written_at(log) == before:
            if self._process.poll() is not None or monotonic() - began > _PATIENCE_S:
                raise RuntimeError("The command wrote nothing into the database.")

    def let_run(self, seconds: float, *, may_end: bool = False) -> None:
        """Waits for so long, during which it must not end, or only well."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        if may_end and not code:
            return
        errors = (self._home.folder / "errors").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"The command ended by itself with exit code {code}: {errors}")

    def phase(self) -> str:
        """What it was at, judging by its log."""
        lines = self._written().splitlines()
        if not lines:
            return "start"
        last = lines[-1].partition("] ")[2]
        phase = next((phase for text, phase in _AFTER_LINE.items() if last.startswith(text)), "start")
        done = self._log_text.rpartition(TRANSACTION_BEGINS)[2].count("🎯")
        return "commit" if phase == "upsert" and done == self._home.panels else phase

    def reports(self) -> list[dict[str, Any]]:
        """The cycles that it has reported; a line that was cut off is none."""
        lines: Sequence[str] = self._output.read_text(encoding="utf-8").split("\n")[:-1]
        return [json.loads(line) for line in lines]

    def _written(self) -> str:
        """Its log so far."""
        if self._home.log.exists():
            self._log_text = self._home.log.read_bytes().decode("utf-8", "ignore")
        return self._log_text


def _written_at(file: Path) -> int:
    """Nanoseconds, as coarse as the file system has them."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
