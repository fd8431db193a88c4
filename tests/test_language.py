"""What the language of this computer changes, what stands in a CSV file, and what it must not: what is read."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale

from t3monitor.exchange.table import Separators
from t3monitor.qt import separators as its

_LOCALES = Path("/usr/share/i18n/locales")  # of Debian's package locales


def told_by(code: str, language: dict[str, str]) -> str:
    """What a program prints in a process of its own, for Qt looks once."""
    others = {name: value for name, value in os.environ.items() if name != "LANG" and not name.startswith("LC_")}
    told = subprocess.run([sys.executable, "-c", code], env=others | language, capture_output=True, check=True)
    return told.stdout.decode().strip()


@pytest.mark.skipif(not (_LOCALES / "de_DE").exists() or not shutil.which("localedef"), reason="no package locales")
def test_values_are_read_whole_where_the_window_speaks_a_language_with_a_decimal_comma(tmp_path: Path) -> None:
    name = "de_DE.UTF-8"
    subprocess.run(["localedef", "--no-archive", "-i", "de_DE", "-f", "UTF-8", f"./{name}"], cwd=tmp_path, check=True)
    code = (
        "import locale, sqlite3; from t3monitor.commands.window import make_application\n"
        "locale.setlocale(locale.LC_ALL, ''); comma = locale.localeconv()['decimal_point']\n"
        "application = make_application(); database = sqlite3.connect(':memory:')\n"
        "print(comma, *database.execute('SELECT json_extract(?, ?)', ('[18.5]', '$[0]')).fetchone())"
    )
    assert told_by(code, {"LC_ALL": name, "LOCPATH": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}) == ", 18.5"


@pytest.mark.skipif(sys.platform == "win32", reason="there the regional settings say so")
@pytest.mark.parametrize(
    ("language", "expected"),
    [({"LANG": "de_DE.UTF-8"}, ", ;"), ({"LANG": "de_DE.UTF-8", "LC_NUMERIC": "en_US.UTF-8"}, ". ,")],
)
def test_they_are_those_of_the_language_of_this_computer_whether_or_not_it_is_installed(
    language: dict[str, str], expected: str
) -> None:
    code = "from t3monitor.qt.separators import separators; print(*separators())"
    assert told_by(code, language) == expected


@pytest.mark.parametrize(
    ("decimal", "listed", "expected"),
    [
        (".", "", (".", ",")),
        (",", "", (",", ";")),
        (".", ";", (".", ";")),  # Switzerland
        (",", "\t", (",", "\t")),
        (",", ",", (",", ";")),  # a list separator that no cell could be told by
        (".", ".", (".", ",")),
        (".", ", ", (".", ",")),
        (".", "x", (".", ",")),
        (".", '"', (".", ",")),
        (".", "-", (".", ",")),
    ],
)
def test_windows_tells_what_stands_between_cells_where_that_can_be_used(
    monkeypatch: pytest.MonkeyPatch, decimal: str, listed: str, expected: Separators
) -> None:
    language = QLocale(QLocale.Language.German if decimal == "," else QLocale.Language.English)
    monkeypatch.setattr(its.QLocale, "system", lambda: language)
    monkeypatch.setattr(its, "_list_separator", lambda: listed)
    assert its.separators() == expected


def test_elsewhere_no_such_setting_is_looked_for() -> None:
    assert len(its._list_separator()) == (sys.platform == "win32")
