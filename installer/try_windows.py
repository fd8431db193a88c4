"""Installs, runs, upgrades and uninstalls the Windows packages in ``dist``, on Windows or under wine.

    python installer/try_windows.py [--report FILE]

It installs for the user who runs it, and removes what it installed: not for a machine where T3 Monitor is in use.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from packages import DIST, version

_ON_WINDOWS = sys.platform == "win32"
_WINE = [] if _ON_WINDOWS else ["wine"]
_PATIENCE_S = 600.0  # which a busy machine keeps too
_KEYS = r"HKCU\Software\Microsoft\Windows\CurrentVersion"
_UNINSTALL, _RUN = rf"{_KEYS}\Uninstall\T3 Monitor", rf"{_KEYS}\Run"


class Trial:
    """The steps, in their order; each raises AssertionError, or says what it saw."""

    def __init__(self, work: Path) -> None:
        self.lines: list[str] = []
        self.work = work
        self.setup = DIST / f"t3monitor-{version()}-setup.exe"
        self.local = _folder("LOCALAPPDATA")
        self.shortcut = _folder("APPDATA") / r"Microsoft/Windows/Start Menu/Programs/T3 Monitor/T3 Monitor.lnk"
        self.data = self.local / "T3 Monitor"
        self.installed = self.work / "installed"

    def say(self, line: str) -> None:
        """Prints a line, and keeps it for the report."""
        self.lines.append(line)
        print(line, flush=True)

    def check(self) -> None:
        """All steps."""
        assert not self.data.exists(), f"{self.data} is there: T3 Monitor is in use on this machine"
        self.install()
        self.run()
        self.refuse_while_it_runs()
        self.upgrade()
        self.uninstall()
        self.purge()
        self.portable()

    def install(self) -> None:
        """Silently, into a folder that was chosen, with start at login."""
        began_s = time.monotonic()
        code = _run(self.setup, "/S", "/AUTOSTART", f"/D={_told(self.installed)}")
        took_s = time.monotonic() - began_s
        assert code == 0, code
        files = [file for file in self.installed.rglob("*") if file.is_file()]
        assert (self.installed / "t3monitor.exe").is_file(), files
        assert self.shortcut.is_file(), self.shortcut
        assert f"    {version()}" in _registry(_UNINSTALL, "DisplayVersion")
        assert "t3monitor.exe" in _registry(_RUN, "T3 Monitor")
        size = sum(file.stat().st_size for file in files)
        self.say(f"ok  setup.exe /S /AUTOSTART /D=...: {len(files)} files, {size / 1e6:.1f} MB in {took_s:.1f} s")
        self.say("ok  start menu, entry among the installed programs, start at login")

    def run(self) -> None:
        """The installed program keeps its data in the user's local folder."""
        assert _run(self.installed / "t3monitor-cli.exe", "sync", "--once", "--link", "demo") == 0
        assert (self.data / "demo" / "webview_t3_device.db").is_file(), list(self.local.iterdir())
        self.say("ok  the installed program stores a cycle in the user's folder")

    def refuse_while_it_runs(self) -> None:
        """A program that runs is neither replaced nor removed, and says so by the exit code."""
        program = subprocess.Popen([*_WINE, str(self.installed / "t3monitor.exe"), "--demo"], **_SILENT)
        try:
            log = self.data / "Logs" / "demo" / "T3WebLog" / "FFI.log"
            _until(lambda: log.exists() and "CYCLE COMPLETED" in log.read_text("utf-8", "replace"), "the window runs")
            codes = _run(self.setup, "/S"), _run(self.installed / "uninstall.exe", "/S", f"_?={_told(self.installed)}")
            _run("taskkill", "/im", "t3monitor.exe")
            program.wait(_PATIENCE_S)
        finally:
            program.kill()
            program.wait()
        assert codes == (2, 2), codes
        assert (self.installed / "_internal").is_dir()
        self.say("ok  while it runs, setup and uninstaller leave it alone: exit code 2")

    def upgrade(self) -> None:
        """In place: no /D, nothing of the old version stays, and what was chosen does."""
        stale = self.installed / "_internal" / "of-an-older-version.dll"
        stale.touch()
        _run("reg", "add", _UNINSTALL, "/v", "DisplayVersion", "/d", "0.0.1", "/f")
        assert _run(self.setup, "/S") == 0
        assert not stale.exists()
        assert (self.installed / "t3monitor.exe").is_file()
        assert f"    {version()}" in _registry(_UNINSTALL, "DisplayVersion")
        assert "t3monitor.exe" in _registry(_RUN, "T3 Monitor")
        assert (self.data / "demo" / "webview_t3_device.db").is_file()
        self.say(f"ok  setup.exe /S over 0.0.1: {version()} in the same folder, old files gone, choices and data kept")

    def uninstall(self) -> None:
        """Everything goes but the data."""
        self._uninstall()
        assert not self.shortcut.exists()
        assert not _registry(_UNINSTALL, "DisplayVersion")
        assert not _registry(_RUN, "T3 Monitor")
        assert (self.data / "demo" / "webview_t3_device.db").is_file()
        self.say("ok  uninstall.exe /S: files, start menu, entries gone; the data stay")

    def purge(self) -> None:
        """The data go when that is asked for; the usual folder is the user's own."""
        assert _run(self.setup, "/S") == 0
        self.installed = self.local / "Programs" / "T3 Monitor"
        assert (self.installed / "t3monitor.exe").is_file()
        assert not _registry(_RUN, "T3 Monitor")
        self._uninstall("/PURGE")
        assert not self.data.exists()
        self.say(
            "ok  setup.exe /S: without start at login, in AppData/Local/Programs; uninstall.exe /S /PURGE: no data"
        )

    def portable(self) -> None:
        """Unpacked, the portable program keeps everything beside itself."""
        with zipfile.ZipFile(DIST / f"t3monitor-{version()}-portable.zip") as archive:
            archive.extractall(self.work)
        folder = self.work / f"t3monitor-{version()}-portable"
        assert _run(folder / "t3monitor-cli.exe", "sync", "--once", "--link", "demo") == 0
        assert (folder / "portable" / "data" / "demo" / "webview_t3_device.db").is_file()
        assert not self.data.exists()
        self.say("ok  the portable program keeps its data beside itself and nothing in the user's folder")

    def _uninstall(self, *options: str) -> None:
        assert _run(self.installed / "uninstall.exe", "/S", *options) == 0
        _until(lambda: not self.installed.exists(), f"{self.installed} is gone")  # it goes on as a copy of itself


_SILENT = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def main() -> int:
    """Runs the trial; 0 if all is well."""
    parser = argparse.ArgumentParser(description="Installs, runs, upgrades and uninstalls the Windows packages.")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what was seen there as well")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="t3monitor-trial-", ignore_cleanup_errors=True) as folder:
        trial = Trial(Path(folder))
        try:
            trial.check()
        except AssertionError as error:
            trial.say(f"FAILED  {error}")
            return 1
        finally:
            if args.report:
                args.report.write_text("\n".join(trial.lines) + "\n", encoding="utf-8")
    return 0


def _run(program: Path | str, *arguments: str) -> int:
    """Runs a Windows program to its end; its exit code."""
    environment = {name: value for name, value in os.environ.items() if name != "T3MONITOR_HOME"}
    return subprocess.run(
        [*_WINE, str(program), *arguments], check=False, timeout=_PATIENCE_S, env=environment, **_SILENT
    ).returncode


def _registry(key: str, name: str) -> str:
    """What ``reg query`` prints of a value; empty if there is none."""
    result = subprocess.run(
        [*_WINE, "reg", "query", key, "/v", name], capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    return result.stdout.decode(errors="replace") if result.returncode == 0 else ""


def _folder(variable: str) -> Path:
    if _ON_WINDOWS:
        return Path(os.environ[variable])
    told = subprocess.run(
        ["wine", "cmd", "/c", f"echo %{variable}%"],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    ).stdout.strip()
    found = subprocess.run(
        ["winepath", "-u", told], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    return Path(found.stdout.strip())


def _told(path: Path) -> str:
    """A path as a Windows program is told it."""
    return str(path) if _ON_WINDOWS else "Z:" + str(path).replace("/", "\\")


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"not within {_PATIENCE_S:g} s: {what}"
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
