"""What comes in, as a user meets it: T3000's databases, files dropped from another program, T3000's own history."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from captured import captured
from holed_file import HoledFile
from scripts.ui_check.database import ask
from scripts.ui_check.desktop import focus, picture, until, windows
from scripts.ui_check.tasks import Desk, Task
from t3000_databases import SPLIT, split
from t3000_databases import point as t3000_point

_DIALOG = "Import history"
_MINUTES = 1440
_MANY = 400_000  # rows, so that an import lasts
_AWAY_S = 3600
_IMPORTED = "SELECT count(*) FROM TRENDLOG_DATA WHERE created_by LIKE 't3000_%'"


def import_a_database_of_t3000s(desk: Desk) -> str:
    """File > Import history: it is told what is in the file, then it is imported, and the trend draws it."""
    day = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=15)
    file = _database(desk, "webview_t3_device.db", day, _MINUTES)
    told = _look(desk, [file])
    picture("import-preview")
    assert f"{_MINUTES:,} rows" in told, told
    assert f"{_MINUTES:,} samples from {day:%Y-%m-%d} 00:00:00" in told, told
    assert not _imported(desk), "nothing is stored by looking"
    _take(desk, f"{_MINUTES:,} samples were added")
    assert _imported(desk) == _MINUTES
    assert sorted(path.name for path in file.parent.iterdir()) == ["webview_t3_device.db"], "nothing is left beside it"
    desk.hands.press("Escape")
    until(lambda: not windows(_DIALOG), "Escape closes it")
    focus("T3 Monitor")
    desk.hands.click(desk.row("Label", "SAT", "Label").middle, double=True)
    desk.show_day(f"{day:%Y-%m-%d}")
    until(lambda: f"{day:%Y-%m-%d}" in desk.told_of_trend and "missing" not in desk.told_of_trend, "it is drawn")
    return " / ".join(line.strip() for line in told.splitlines()[1:])


def drop_files_of_another_program(desk: Desk) -> str:
    """On the trend, where points can be dropped as well: a capture, and a folder with the database of a period."""
    before = _imported(desk)
    day = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=14)
    file = _database(desk, "T3000/webview_t3_device_2026-11.db", day, 60)
    answer = json.dumps({"action": "LOGGING_DATA_RES", "data": []}).encode()
    capture = desk.home.parent / "T3_CppMsg_LOGGING_DATA_1021_1215h.txt"
    capture.write_bytes(captured(answer))
    with _other_program(capture, file.parent) as other:
        desk.hands.drag((60, 12), desk.tree.widget("filler", "Trend").at(0.3, 0.6))
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "CopyAction", "the window takes what is dropped"
        until(lambda: windows(_DIALOG), "what is dropped is looked at")  # it is fetched from the other program
    focus(_DIALOG)
    until(lambda: "60 samples from" in _told(desk), "it is told what is in it")
    picture("drop-preview")
    _take(desk, "60 samples were added")
    assert _imported(desk) == before + 60
    picture("drop-imported")
    desk.hands.press("Escape")
    until(lambda: not windows(_DIALOG), "Escape closes it")
    focus("T3 Monitor")
    return "the other program hears CopyAction; 60 samples more in TRENDLOG_DATA"


def cancel_an_import(desk: Desk) -> str:
    """What was stored by then stays, and once more adds the rest: nothing twice."""
    before = _imported(desk)
    day = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=400)
    file = _database(desk, "old.db", day, _MANY)
    told = _look(desk, [file])
    (samples,) = (int(found.replace(",", "")) for found in re.findall(r"([\d,]+) samples from", told))
    desk.hands.click(desk.button("Import").middle)
    until(lambda: _imported(desk) > before, "it stores")
    picture("import-running")
    desk.hands.press("Escape")
    until(lambda: not windows(_DIALOG), "Escape cancels it")
    focus("T3 Monitor")
    picture("import-cancelled")
    stored = _settled(desk) - before
    assert 0 < stored < samples, stored
    left = list((desk.data / "import").glob("*")) if (desk.data / "import").exists() else []
    assert not left, left
    _look(desk, [file])
    _take(desk, f"{samples - stored:,} samples were added; {stored:,} were there already")
    assert _imported(desk) == before + samples, "nothing twice"
    desk.hands.press("Escape")
    until(lambda: not windows(_DIALOG), "Escape closes it")
    focus("T3 Monitor")
    return f"{stored:,} of {samples:,} samples when it was cancelled; all of them after the second time"


def fill_from_t3000s_own_history(desk: Desk) -> str:
    """T3 Monitor was away for an hour, T3000 logged meanwhile: one click fills it, and rings show it."""
    until(lambda: desk.button(r"Fill .* missed"), "it is offered")
    picture("fill-offered")
    desk.hands.click(desk.button(r"Fill .* missed").middle)
    filled = "SELECT count(*), count(DISTINCT logging_time) FROM TRENDLOG_DATA WHERE created_by = 't3000_history'"
    until(lambda: ask(desk.data, filled)[0][0] > 0, "T3000's own history is stored")
    until(lambda: not list(desk.tree.widgets("push button", r"Fill .* missed")), "the offer is gone")
    picture("fill-said")
    desk.hands.click(desk.row("Id", "IN2", "Label").middle, double=True)
    desk.hands.click(desk.button("8 h").middle)
    until(lambda: "holes" in desk.told_of_trend, "it is drawn")
    ((samples, times),) = ask(desk.data, filled)
    return f"TRENDLOG_DATA has {samples} samples of {times} times with created_by t3000_history; {desk.told_of_trend}"


TASKS: tuple[Task, ...] = (import_a_database_of_t3000s, drop_files_of_another_program, cancel_an_import)


@contextmanager
def t3000(home: Path) -> Iterator[None]:
    """A T3000 in a process of its own, which logs by itself; T3 Monitor has recorded it until an hour ago."""
    data, chosen, now_s = home / "data", home / "config" / "settings.json", int(time.time())
    data.mkdir(parents=True)
    file = HoledFile(data / "webview_t3_device.db")
    since_s = now_s - 3 * _AWAY_S
    file.event(since_s - 1, "started")
    file.read(*range(since_s, now_s - _AWAY_S, 30))
    file.event(now_s - _AWAY_S, "quit")
    file.connection.close()
    command = [sys.executable, "tests/t3000_stand_in.py", "--port", "0", "--panels", "1", "--used", "2,1,1"]
    with subprocess.Popen(
        [*command, "--serial", "237219", "--log", "120"], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split(" on ")[1].split(";")[0]
            site = {"url": url, "zone": os.environ["TZ"]}
            settings = json.loads(chosen.read_text()) | {"t3000": {"link": "webapi", "sites": [site]}}
            chosen.write_text(json.dumps(settings))
            yield
        finally:
            server.kill()


def _database(desk: Desk, name: str, begin: datetime, minutes: int) -> Path:
    """A database of T3000's with a sample a minute of the supply air of AHU-1."""
    ((serial, panel, point_id),) = ask(
        desk.data,
        "SELECT serial_number, panel_id, point_id FROM INPUT_POINTS JOIN DEVICES USING (serial_number)"
        " WHERE label = 'SAT' AND panel_name = 'AHU-1'",
    )
    file = desk.home.parent / "of T3000" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    split(file, SPLIT["2025-10-30"], [t3000_point(1, point_id, SerialNumber=serial, PanelId=panel)], [])
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "WITH RECURSIVE minute(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM minute WHERE n < ? - 1)"
            " INSERT INTO TRENDLOG_DATA_DETAIL"
            " SELECT 1, 20000 + n % 100 * 50, datetime(?, n || ' minutes') FROM minute",
            (minutes, f"{begin:%Y-%m-%d %H:%M:%S}"),
        )
    return file


def _look(desk: Desk, files: list[Path]) -> str:
    """Opens the dialog on files, by keys; what it tells."""
    desk.hands.press("alt+f")
    desk.hands.press("i")
    until(lambda: windows(_DIALOG), "File > Import history asks for files")
    focus(_DIALOG)
    desk.hands.type(str(files[0]))
    picture("import-which")
    desk.hands.press("Return")
    until(lambda: desk.tree.widget("text", "What is in the files"), "it looks at them")
    focus(_DIALOG)
    until(lambda: "samples from" in _told(desk), "it tells what is in them")
    return _told(desk)


def _take(desk: Desk, told: str) -> None:
    until(lambda: desk.button("Import"), "it can be imported")
    desk.hands.click(desk.button("Import").middle)
    until(lambda: told in _told(desk), f"it says: {told}")


def _told(desk: Desk) -> str:
    return desk.tree.text(desk.tree.widget("text", "What is in the files"))


def _imported(desk: Desk) -> int:
    return int(ask(desk.data, _IMPORTED)[0][0])


def _settled(desk: Desk) -> int:
    """How many samples were imported, once that is at rest."""
    counts = [-1, _imported(desk)]
    while counts[-1] != counts[-2]:
        time.sleep(0.5)
        counts.append(_imported(desk))
    return counts[-1]


@contextmanager
def _other_program(*files: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "scripts.ui_check.other_program", *map(str, files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            until(lambda: windows("Other program"), "another program is beside it")
            yield other
        finally:
            other.kill()
