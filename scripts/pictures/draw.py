"""Draws the kinds of one house in one theme, at the scale that Qt was started with; `scripts.pictures` starts it."""

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import qasync
from PySide6.QtWidgets import QDialog, QWidget

from scripts.pictures.houses import NOBODY
from scripts.pictures.kinds import KINDS
from t3monitor.app import MonitorApp
from t3monitor.commands.snapshot import compose, idle
from t3monitor.commands.window import make_application
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.diagnostics.logs import start_logging
from t3monitor.ui.trend.export.picture import as_pdf

_SIZE = "1280x800"
_REPORTED = "holes", "stacked"  # also as a page for a report
_REPORT_DPI = 110


class Draughtsman:
    """Draws views of the open window into a folder, each in all sizes."""

    def __init__(self, program: MonitorApp, folder: Path, ending: str, sizes: list[str]) -> None:
        """``ending``: of names of files, of everything but the size, which stands in them where there are several."""
        self._program = program
        self._folder = folder
        self._ending = ending
        self._sizes = sizes

    async def draw(self, name: str) -> None:
        """One kind, beginning with the window as it was opened."""
        window = self._program.window
        beginning = window.save_state()
        shown = await KINDS[name].make(self._program)
        assert shown is not None, name
        for size in self._sizes or [_SIZE]:
            window.resize(*map(int, size.split("x")))
            await idle(self._program)
            self._save(shown, name, size)
            if shown is not window:
                break
        if name in _REPORTED and self._ending != "dark":  # a page is light in a dark window too
            self._save_page(name)
        if isinstance(shown, QDialog):
            shown.reject()
        elif shown is not window:
            shown.close()
        window.restore_state(beginning)

    def _save(self, shown: QWidget, name: str, size: str) -> None:
        file = self._folder / f"{name}-{f'{size}-' if self._sizes else ''}{self._ending}.png"
        assert shown.grab().save(str(file)), file
        print(file, flush=True)

    def _save_page(self, name: str) -> None:
        file = self._folder / f"report-{name}{f'-{self._ending}' if self._sizes else ''}.pdf"
        file.write_bytes(as_pdf(self._program.window.trend.page.make()))
        command = ["pdftoppm", "-png", "-singlefile", "-r", str(_REPORT_DPI), str(file), str(file.with_suffix(""))]
        subprocess.run(command, check=True)
        file.unlink()


async def _draw(folder: Path, theme: str, scale: str, sizes: list[str], names: list[str], home: Path) -> None:
    house = KINDS[names[0]].house
    paths = Paths(home / "config", home / "data", home / "logs")
    settings = Settings(auto_start=False).with_values(appearance=theme)
    if house is not NOBODY:
        settings = settings.with_values(link=LinkName.DEMO)
        house.move_in(paths.database_file(settings.link), time.time())
    start_logging(paths.log_folder, cycles_on_stderr=False)
    program = MonitorApp(paths, settings)
    program.window.resize(*map(int, _SIZE.split("x")))
    running = asyncio.ensure_future(program.run())
    try:
        if house.is_live:  # what follows finds it live
            await compose(program, "main", demo=True)
            program.window.trend.state.remove_all()
        await idle(program)
        draughtsman = Draughtsman(program, folder, f"{theme}-{scale}" if sizes else theme, sizes)
        for name in names:
            await draughtsman.draw(name)
    finally:
        program.window.close()
        await running


def main() -> None:
    folder, theme, scale, sizes, *names = sys.argv[1:]
    loop = qasync.QEventLoop(make_application())
    asyncio.set_event_loop(loop)
    with loop, tempfile.TemporaryDirectory() as home:
        loop.run_until_complete(_draw(Path(folder), theme, scale, sizes.split(",") if sizes else [], names, Path(home)))


if __name__ == "__main__":
    main()
