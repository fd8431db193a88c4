"""What goes out, as a user meets it: tables, lists of points, evidence, what differs; each is read back."""

import csv
import hashlib
import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
from PySide6.QtCore import QLocale

from scripts.ui_check import desktop
from scripts.ui_check.database import ask
from scripts.ui_check.desktop import focus, picture, until, windows
from scripts.ui_check.tasks import Desk, Task, saved

_READINGS = (
    "SELECT logging_time, value FROM TRENDLOG_DATA WHERE serial_number = ? AND point_type = ? AND point_index = ?"
    " AND logging_time BETWEEN ? AND ? ORDER BY 1"
)
_MENU_ROW_PX = 22


def export_what_is_seen_as_csv(desk: Desk) -> str:
    """Ctrl+Shift+E: the ending of the name says the kind; each reading of the time in sight is in it."""
    desk.hands.click(desk.row("Label", "OAT", "Label").middle, double=True)
    desk.hands.press("ctrl+t")
    desk.hands.press("y")
    day = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    saved(desk, lambda trend: trend["end_s"] == day)
    file = _save_as(desk, "Export", "yesterday.csv", "ctrl+shift+e")
    rows = _rows(file)
    decimal = QLocale.system().decimalPoint()
    written = [(_utc(row), float(row["Value"].replace(decimal, "."))) for row in rows if row["Value"]]
    stored = _stored(desk)
    assert written == stored, sorted(set(written) ^ set(stored))[:5]
    assert {row["Unit"] for row in rows if row["Value"]} == {"°C"}
    holes = [row["Remark"] for row in rows if not row["Value"]]
    assert holes
    assert all(remark.startswith("no reading for ") for remark in holes)
    return f"{len(written)} readings, as TRENDLOG_DATA has them, and {len(holes)} holes: {holes[0]}"


def export_it_as_excel(desk: Desk) -> str:
    """The same, with cells that are numbers and dates."""
    file = _save_as(desk, "Export", "yesterday.xlsx", "ctrl+shift+e")
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    value, at = titles.index("Value"), titles.index("Time")
    rows = [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[value] is not None]
    assert all(isinstance(row[at], datetime) for row in rows)
    values = [value for _, value in _stored(desk)]
    assert [float(f"{row[value]:.12g}") for row in rows] == values
    return f"{len(rows)} readings with typed cells on sheets {', '.join(book.sheetnames)}"


def list_the_points(desk: Desk) -> str:
    """File > List of points: as CSV, then as BACnet EDE."""
    file = _save_as(desk, "List of points", "points.csv", "alt+f", "l")
    rows = _rows(file)
    ede = _save_as(desk, "List of points", "points_EDE.csv", "alt+f", "l")
    lines = ede.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("# Engineering-Data-Exchange"), lines[0]
    assert len(list(file.parent.glob("points*.csv"))) == 5, "the list, and four files of EDE"
    return f"{len(rows)} points with {len(rows[0])} columns; EDE of {len(lines)} lines and three tables beside it"


def make_evidence(desk: Desk) -> str:
    """File > Evidence: what will be in it is told, and each file has the sum that the list says."""
    desk.hands.press("alt+f")
    desk.hands.press("v")
    until(lambda: windows("Evidence"), "File > Evidence tells what will be in it")
    focus("Evidence")
    until(lambda: desk.tree.widget("label", r"About [\d,]+ rows"), "how much there is")
    picture("evidence-asked")
    before = windows("Evidence")
    desk.hands.press("Return")
    until(lambda: len(windows("Evidence")) > len(before), "Enter asks for a file")
    (dialog,) = set(windows("Evidence")) - set(before)
    file = _type_name(desk, "evidence.zip", dialog)
    with zipfile.ZipFile(file) as archive:
        sums = archive.read("SHA256SUMS.txt").decode().splitlines()
        for line in sums:
            digest, name = line.split(maxsplit=1)
            assert hashlib.sha256(archive.read(name.lstrip("*"))).hexdigest() == digest, name
        (readings,) = [name for name in archive.namelist() if "readings" in name]
        text = archive.read(readings)
        archive.extractall(desktop.PICTURES / "evidence")
    return f"{len(sums)} files with the sums that are told, {readings} of {len(text):,} bytes"


def freeze_a_baseline_and_compare(desk: Desk) -> str:
    """File > Baselines; the state of now is kept under a name, and compared with that of eight days ago."""
    desk.hands.press("alt+f")
    desk.hands.press("b")
    until(lambda: desk.tree.rows(desk.tree.widget("table", "Differences")) > 0, "File > Baselines tells what differs")
    picture("baselines-differences")
    desk.hands.click(desk.button("Baseline").middle)
    desk.hands.click(desktop.popup(40, 12))
    until(lambda: windows("Freeze all points"), "it asks for a name")
    focus("Freeze all points")
    picture("baselines-name")
    desk.hands.type("After the service visit")
    desk.hands.press("Return")
    frozen = (
        "SELECT count(*) FROM BASELINE_POINTS JOIN BASELINES ON BASELINES.id = baseline_id WHERE name LIKE 'After%'"
    )
    until(lambda: ask(desk.data, frozen)[0][0] > 0, "all points are kept under it")
    focus("T3 Monitor")
    until(lambda: desk.tree.widget("combo box", "After the service visit"), "it is compared with now")
    picture("baselines-frozen")
    desk.hands.click(desk.tree.widget("combo box", "After the service visit").middle)
    desk.hands.type("Comm")
    desk.hands.press("Return")
    desk.hands.click(desk.tree.widget("combo box", "with now").middle)
    desk.hands.type("with After")
    desk.hands.press("Return")
    until(lambda: desk.tree.rows(desk.tree.widget("table", "Differences")) > 0, "two baselines are compared")
    file = _save_as(desk, "Export differences", "differences.csv", button="Export…")
    return f"{ask(desk.data, frozen)[0][0]} points frozen; {len(_rows(file))} differences in the file"


def say_who_is_the_successor(desk: Desk) -> str:
    """The menu of a panel: whose place it took, and since when; then its line is one over both."""
    desk.hands.right_click(desk.panel("AHU-2").middle)
    desk.hands.press("s")
    until(lambda: windows("Successor of another panel"), "its menu asks whose place it took")
    focus("Successor of another panel")
    desk.hands.type("AHU-1")
    picture("successor-asked")
    desk.hands.press("Return")
    told = "SELECT serial_number, successor FROM PANEL_SUCCESSORS"
    until(lambda: ask(desk.data, told), "it is kept")
    focus("T3 Monitor")
    until(lambda: "successor of" in desk.panel("AHU-2").name, "the tree says it")
    desk.hands.right_click(desk.panel("AHU-2").middle)
    desk.hands.press("n")
    until(lambda: not ask(desk.data, told), "the same menu takes it back")
    desk.hands.press("ctrl+z")
    until(lambda: "successor of" in desk.panel("AHU-2").name, "and that is undone by a key")
    return f"PANEL_SUCCESSORS: {ask(desk.data, told)}; {desk.panel('AHU-2').name}"


TASKS: tuple[Task, ...] = (
    export_what_is_seen_as_csv,
    export_it_as_excel,
    list_the_points,
    make_evidence,
    freeze_a_baseline_and_compare,
    say_who_is_the_successor,
)


def _save_as(desk: Desk, dialog: str, name: str, *keys: str, button: str = "") -> Path:
    """Opens a dialog that asks for a file, and types its name."""
    for its in keys:
        desk.hands.press(its)
    if button:
        desk.hands.click(desk.button(button).middle)
    until(lambda: windows(dialog), f"{dialog} asks for a file")
    return _type_name(desk, name, windows(dialog)[-1])


def _type_name(desk: Desk, name: str, dialog: str) -> Path:
    desktop.focus_window(dialog)
    picture(f"ask-{name}")
    file = desk.home.parent / "taken along" / name
    file.parent.mkdir(exist_ok=True)
    desk.hands.type(str(file))
    desk.hands.press("Return")
    until(file.exists, f"{name} is written")
    focus("T3 Monitor")
    return file


def _rows(file: Path) -> list[dict[str, str]]:
    """Of a CSV file with what separates cells in the language of this computer."""
    text = file.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf"), "Excel would not know that it is UTF-8"
    assert text.count(b"\r\n") == text.count(b"\n"), "each row ends as in Windows"
    delimiter = ";" if QLocale.system().decimalPoint() == "," else ","
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def _utc(row: dict[str, str]) -> float:
    return datetime.strptime(
        f"{row['Time']} {row['UTC offset'].removeprefix('UTC')}", "%Y-%m-%d %H:%M:%S %z"
    ).timestamp()


def _stored(desk: Desk) -> list[tuple[float, float]]:
    """What the plotted points have in the time in sight, point after point."""
    trend = desk.window_file()["trend"]
    end_s = trend["end_s"]
    rows = [row for its in trend["points"] for row in ask(desk.data, _READINGS, *its, end_s - trend["length_s"], end_s)]
    return [(float(time_s), float(f"{value:.12g}")) for time_s, value in rows if value is not None]
