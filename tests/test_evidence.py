"""Evidence packs: everything of some points and a time, the same bytes each time, and nothing that is a secret."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from holed_file import IN1, NOW_S, SERIAL, SPACING_S, HoledFile
from t3monitor.config.settings import Settings
from t3monitor.config.sites import Site
from t3monitor.exchange.evidence.archive import SUMS, Archive
from t3monitor.exchange.evidence.pack import Evidence, Picture, write_evidence
from t3monitor.exchange.evidence.told_settings import told_settings
from t3monitor.exchange.table import Separators, Table, TableSeries
from t3monitor.model.notes import Note, NoteEdit
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.causes.holes import holes_of_points
from t3monitor.store.database import Database
from t3monitor.store.notes import write_notes
from t3monitor.store.work import CancelledWorkError, LongWork

IN2 = PointKey(SERIAL, PointType.INPUT, 2)
START_S, END_S = 3600.0, 20_000.0
PICTURE = Picture(b"png", b"pdf", "all points")
FILES = [
    *("README.txt", "readings.csv", "holes.csv", "known.csv", "ledger.csv", "notes.csv"),
    *("points.csv", "points_EDE.csv", "points_StateTexts.csv", "points_Units.csv", "points_ObjTypes.csv"),
    *("view.png", "view.pdf", "settings.json", "versions.json", SUMS),
]


@pytest.fixture
def holed(tmp_path: Path) -> Iterator[HoledFile]:
    """Readings with holes of several causes, an open sensor, and what is of other times and points."""
    (tmp_path / "data").mkdir()
    holed = HoledFile(tmp_path / "data" / "history.db")
    holed.describe("SAT", "RAT")
    holed.read(*(at for at in range(0, 30_000, SPACING_S) if not (6000 <= at < 7800 or 9000 < at < 12_000)))
    holed.cover(6000, 7800, "not_ready")
    holed.cover(9030, 10_000, "timeout", "no answer in 30 s")
    holed.cover(10_000, 12_000, "database", "/home/wilhelmine/t3.db is locked")
    holed.status(14_000, "0", "1")
    holed.status(15_000, "1", "0")
    for at_s in range(0, 30_000, 1000):
        holed.run(at_s, at_s + 1, "timeout" if 9000 < at_s < 10_000 else "ok", "postgresql://u:geheim@host is none")
    yield holed
    holed.connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def named(key: PointKey, label: str) -> TableSeries:
    return TableSeries(key, "", "AHU-1", f"IN{key.point_index}", label)


def evidence(
    *series: TableSeries,
    settings: Settings | None = None,
    warnings: tuple[str, ...] = (),
    now_s: float = NOW_S,
    separators: Separators | None = None,
) -> Evidence:
    series = series or (named(IN1, "SAT"), named(IN2, "RAT"))
    table = Table(series, START_S, END_S, now_s, ZoneInfo("Europe/Berlin"), separators or Separators())
    return Evidence(table, PICTURE, settings or Settings(), warnings, "6.11")


def members(holed: HoledFile, file: Path, its: Evidence | None = None) -> dict[str, bytes]:
    write_evidence(holed.url, its or evidence(), file, LongWork())
    with zipfile.ZipFile(file) as pack:
        assert pack.testzip() is None
        return {name: pack.read(name) for name in pack.namelist()}


def rows(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    head, *found = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    titles = [
        f"{title} {head[: place + 1].count(title)}" if head.count(title) > 1 else title
        for place, title in enumerate(head)
    ]
    return [dict(zip(titles, row, strict=True)) for row in found]


def notes(holed: HoledFile, *notes: Note) -> None:
    database = Database(holed.url)
    write_notes(database, map(NoteEdit, notes))
    database.close()


def test_a_pack_has_a_fixed_list_of_files_with_the_end_of_its_time(holed: HoledFile, folder: Path) -> None:
    write_evidence(holed.url, evidence(), folder / "e.zip", LongWork())
    with zipfile.ZipFile(folder / "e.zip") as pack:
        assert pack.namelist() == FILES
        assert {info.date_time for info in pack.infolist()} == {(1980, 1, 1, 0, 0, 0)}, (
            "which is the first that a zip knows"
        )
    with (folder / "z.zip").open("wb") as target:
        archive = Archive(target, 1_764_288_001)
        archive.write("x", b"1")
        archive.end()
    with zipfile.ZipFile(folder / "z.zip") as pack:
        assert {info.date_time for info in pack.infolist()} == {(2025, 11, 28, 0, 0, 0)}, "to two seconds"


def test_the_same_input_gives_the_same_bytes_at_any_time_and_in_any_folder(
    holed: HoledFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_evidence(holed.url, evidence(now_s=END_S), folder / "a.zip", LongWork())
    for number, now_s in enumerate((END_S + 40, END_S + 3600, NOW_S, 2e9)):
        (folder / str(number)).mkdir()
        monkeypatch.chdir(folder / str(number))
        write_evidence(holed.url, evidence(now_s=now_s), Path("e.zip"), LongWork())
        assert Path("e.zip").read_bytes() == (folder / "a.zip").read_bytes()


def test_what_is_read_last_before_the_end_is_told_as_of_the_end(holed: HoledFile, folder: Path) -> None:
    holed.connection.execute("DELETE FROM TRENDLOG_FRAMES WHERE logging_time > ?", (END_S - 50,))
    once = members(holed, folder / "a.zip", evidence(now_s=END_S))
    assert once == members(holed, folder / "b.zip", evidence(now_s=NOW_S))


def test_the_list_of_sums_verifies(holed: HoledFile, folder: Path) -> None:
    found = members(holed, folder / "e.zip")
    listed = dict(reversed(line.split("  ")) for line in found[SUMS].decode().splitlines())
    assert listed == {name: hashlib.sha256(its).hexdigest() for name, its in found.items() if name != SUMS}
    if shutil.which("sha256sum"):
        with zipfile.ZipFile(folder / "e.zip") as pack:
            pack.extractall(folder)
        subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=folder, check=True, capture_output=True)


def test_holes_are_those_of_the_reader_each_with_class_cause_and_sentence(holed: HoledFile, folder: Path) -> None:
    found = rows(members(holed, folder / "e.zip")["holes.csv"])
    expected = holes_of_points(holed.url, [IN1, IN2], START_S, END_S, END_S)
    assert [(row["Point"], float(row["Seconds"]), row["Class"], row["Cause"]) for row in found] == [
        (f"IN{key.point_index}", hole.end_s - hole.start_s, hole.hole_class, hole.cause)
        for key, its in expected.items()
        for hole in its
    ]
    assert [row["Sentence"] for row in found if row["Point"] == "IN1"] == [
        "T3000 was not ready",
        "T3000 did not answer in time: no answer in 30 s",
        "The database could not be written to: ~/t3.db is locked",
        "The sensor was open",
    ]
    assert {row["From"][:10] for row in found} == {"1970-01-01"}
    assert found[0]["From"][11:] == "02:40:00"
    assert {row["UTC offset 1"] for row in found} == {"UTC+01:00"}


def test_what_is_known_and_what_is_missing_is_the_whole_time(holed: HoledFile, folder: Path) -> None:
    found = members(holed, folder / "e.zip")
    for row in rows(found["known.csv"]):
        own = [hole for hole in rows(found["holes.csv"]) if hole["Point"] == row["Point"]]
        missing = {title: float(cell) for title, cell in row.items() if title.startswith("Seconds missing, ")}
        assert float(row["Seconds known"]) + sum(missing.values()) == pytest.approx(END_S - START_S)
        assert float(row["Known, %"]) == pytest.approx(100 * float(row["Seconds known"]) / (END_S - START_S), abs=0.01)
        for its in ("t3000", "database", "point"):
            assert missing[f"Seconds missing, {its}"] == sum(
                float(hole["Seconds"]) for hole in own if hole["Class"] == its
            )
        assert row["Holes"] == f"{len(own)}"
    assert [row["Seconds missing, point"] for row in rows(found["known.csv"])] == ["1000", "0"]


def test_only_the_points_and_the_time_that_were_asked_for_are_in_it(holed: HoledFile, folder: Path) -> None:
    holed.run(10_500, 10_501, "ok", site="Elsewhere")
    notes(
        holed,
        Note(5000.0, None, None, "of all", "ann", 0.0, 0.0),
        Note(5000.0, 6000.0, IN1, "of the first", "ann", 0.0, 0.0),
        Note(5000.0, None, IN2, "of another point", "ann", 0.0, 0.0),
        Note(25_000.0, None, IN1, "of later", "ann", 0.0, 0.0),
        Note(0.0, 1e6, None, "a long one", "ann", 0.0, 0.0),
    )
    found = members(holed, folder / "e.zip", evidence(named(IN1, "SAT")))
    for name in ("readings.csv", "holes.csv", "known.csv"):
        assert {row["Point"] for row in rows(found[name])} == {"IN1"}
    times = [row["Time"] for row in rows(found["readings.csv"])]
    assert (min(times), max(times)) == ("1970-01-01 02:00:00", "1970-01-01 06:33:00")
    assert [row["Began"][11:] for row in rows(found["ledger.csv"])] == [
        f"{(at_s + 3600) // 3600:02}:{at_s % 3600 // 60:02}:{at_s % 60:02}" for at_s in range(4000, 20_001, 1000)
    ]
    assert [row["text"] for row in rows(found["notes.csv"])] == ["a long one", "of all", "of the first"]


def test_the_points_are_listed_with_their_settings_and_no_value_of_another_time(holed: HoledFile, folder: Path) -> None:
    first = members(holed, folder / "a.zip")
    assert [(row["Point"], row["Label"], row["Unit"]) for row in rows(first["points.csv"])] == [
        ("IN1", "SAT", "°C"),
        ("IN2", "RAT", "°C"),
    ]
    assert b"TIMESTAMP_OF_LAST_CHANGE;01.01.1970" in first["points_EDE.csv"]
    holed.connection.execute("UPDATE INPUT_POINTS SET value = 77, logging_time = 90000")
    holed.connection.execute("UPDATE DEVICES SET last_seen = 90000, input_logging_time = 90000")
    assert members(holed, folder / "b.zip") == first
    one = members(holed, folder / "c.zip", evidence(named(IN2, "RAT")))
    assert [row["Point"] for row in rows(one["points.csv"])] == ["IN2"]
    assert f"{SERIAL}/IN1".encode() not in one["points_EDE.csv"]


def test_of_a_panel_that_took_a_place_both_are_told_each_with_its_holes_and_notes(
    holed: HoledFile, folder: Path
) -> None:
    since_s, successor = 10_000, 240001
    holed.panel(successor)
    holed.connection.execute("UPDATE DEVICES SET last_seen = 1, site = 'New' WHERE serial_number = ?", (successor,))
    holed.connection.execute(f"INSERT INTO PANEL_SUCCESSORS VALUES ({SERIAL}, {successor}, {since_s}, 1, 'ann')")
    holed.run(19_500, 19_501, "ok", site="New")
    notes(holed, Note(5000.0, None, IN1, "of the old one", "ann", 0.0, 0.0))
    new = PointKey(successor, PointType.INPUT, 1)
    found = members(holed, folder / "e.zip", evidence(named(new, "SAT")))
    listed = [(row["Serial number"], row["Cause"]) for row in rows(found["holes.csv"])]
    assert listed[:2] == [(f"{SERIAL}", "not_ready"), (f"{SERIAL}", "timeout")]
    assert {serial for serial, _ in listed[2:]} == {f"{successor}"}
    assert f"AHU-1 ({SERIAL}, then {successor}): IN1 SAT" in found["README.txt"].decode()
    assert [row["text"] for row in rows(found["notes.csv"])] == ["of the old one"]
    assert {row["Site"] for row in rows(found["ledger.csv"])} == {"", "New"}
    assert rows(found["points.csv"])[0]["Serial number"] == f"{SERIAL}"


def test_the_readme_names_every_file_the_time_and_the_points(holed: HoledFile, folder: Path) -> None:
    readme = members(holed, folder / "e.zip")["README.txt"].decode()
    for name in FILES[1:]:
        assert re.search(rf"^(.*, )?{re.escape(name)}(,|  |\r$)", readme, re.MULTILINE), name
    assert "1970-01-01 02:00:00 UTC+01:00" in readme
    assert f"AHU-1 ({SERIAL}): IN1 SAT, IN2 RAT" in readme
    assert max(map(len, readme.splitlines())) <= 120


def test_every_table_has_the_separators_that_were_asked_for(holed: HoledFile, folder: Path) -> None:
    notes(holed, Note(5000.0, None, None, "a, b", "ann", 0.0, 0.0))
    found = members(holed, folder / "e.zip", evidence(separators=Separators(",", ";")))
    assert {"," in row["Known, %"] for row in rows(found["known.csv"], ";")} == {True}
    assert len(rows(found["holes.csv"], ";")[0]) == 13
    assert [row["text"] for row in rows(found["notes.csv"], ";")] == ["a, b"]


SECRETS = "geheim", "wilhelmine", "tresor"


def test_no_secret_of_the_settings_or_of_what_was_recorded_is_anywhere_in_it(holed: HoledFile, folder: Path) -> None:
    settings = Settings(
        database="postgresql://wilhelmine:geheim/tresor@host/db",
        library="/home/wilhelmine/t3000.so",
        replay=r"C:\Users\wilhelmine\captures",
        backup_folder="/Users/wilhelmine/backup",
        request='{"action":15,"login":"geheim"}',
        sites=(Site(name="Office", url="http://wilhelmine:geheim@10.0.0.4:9103"),),
    )
    holed.cover(16_000, 16_500, "database", "https://wilhelmine:geheim@proxy:3128 failed; password=tresor")
    holed.connection.execute("DELETE FROM TRENDLOG_FRAMES WHERE logging_time BETWEEN 16000 AND 16500")
    found = members(holed, folder / "e.zip", evidence(settings=settings))
    for name, content in found.items():
        for secret in SECRETS:
            assert secret.encode() not in content, name
    assert "https://***@proxy:3128 failed; password=***" in found["holes.csv"].decode()
    told = json.loads(found["settings.json"])
    assert told["recording"]["database"] == "(names no file)"
    assert told["t3000"]["library"] == "~/t3000.so"
    assert told["t3000"]["request"] == "(one's own, 30 characters)"
    assert told["t3000"]["sites"][0]["url"] == "http://***@10.0.0.4:9103"


def test_what_of_the_settings_file_is_not_in_force_is_said_and_tells_no_secret(holed: HoledFile, folder: Path) -> None:
    warning = "'http://wilhelmine:geheim@10.0.0.4' is not the address of a T3000 web service; the default is in force"
    told = json.loads(members(holed, folder / "e.zip", evidence(warnings=(warning,)))["settings.json"])
    assert told["not in force"] == [warning.replace("wilhelmine:geheim", "***")]
    assert next(iter(told)) == "not in force"
    assert "not in force" not in told_settings(Settings())


def test_every_setting_is_told_and_those_that_are_texts_are_known_to_hold_no_secret_or_to_be_cleaned() -> None:
    """A new one that is a text needs a look: may it hold a password?"""
    told = told_settings(Settings())
    assert {name for group in told.values() for name in group} == set(Settings.__struct_fields__)
    texts = {
        field.name
        for field in msgspec.structs.fields(Settings)
        if any(kind in repr(field.type) for kind in ("[str", "Site"))
    }
    assert texts == {"library", "sites", "replay", "request", "database", "backup_folder"}


def test_the_versions_are_in_it_and_nothing_of_when_it_was_made(holed: HoledFile, folder: Path) -> None:
    told = json.loads(members(holed, folder / "e.zip")["versions.json"])
    assert told.keys() >= {"t3monitor", "Python", "Qt", "SQLite", "schema of the database", "T3000"}
    assert told["Qt"] == "6.11"


class Impatient(LongWork):
    """Is cancelled when it has been asked so often."""

    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience = patience

    def tell(self, share: float | None) -> None:
        if self.patience == 0:
            self.cancel()
        self.patience -= 1
        super().tell(share)


def test_one_that_is_given_up_at_any_time_leaves_nothing_and_an_older_one_as_it_was(
    holed: HoledFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.exchange.evidence.pack._ROWS_AT_ONCE", 50)
    (folder / "e.zip").write_bytes(b"older")
    asked = 0
    while True:
        try:
            write_evidence(holed.url, evidence(), folder / "e.zip", Impatient(asked))
        except CancelledWorkError:
            assert list(folder.iterdir()) == [folder / "e.zip"]
            assert (folder / "e.zip").read_bytes() == b"older"
            asked += 1
        else:
            break
    assert asked > 15
    assert zipfile.is_zipfile(folder / "e.zip")


def test_shares_of_the_work_grow_up_to_the_whole(
    holed: HoledFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.exchange.evidence.pack._ROWS_AT_ONCE", 1)
    shares: list[float] = []

    class Told(LongWork):
        def tell(self, share: float | None) -> None:
            shares.append(share or 0.0)

    write_evidence(holed.url, evidence(), folder / "e.zip", Told())
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 500


def test_a_disk_that_is_full_is_told_and_leaves_nothing(
    holed: HoledFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Any, data: Sequence[int]) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("t3monitor.exchange.evidence.archive._Member.write", full)
    with pytest.raises(OSError, match="No space left"):
        write_evidence(holed.url, evidence(), folder / "e.zip", LongWork())
    assert not list(folder.iterdir())


def test_names_stay_names_in_every_table(holed: HoledFile, folder: Path) -> None:
    hostile = replace(named(IN1, "=1+1"), panel="two\nlines", site="-x")
    found = members(holed, folder / "e.zip", evidence(hostile))
    for name in ("readings.csv", "holes.csv", "known.csv"):
        assert {(row["Label"], row["Panel"], row["Site"]) for row in rows(found[name])} == {
            ("'=1+1", "two lines", "'-x")
        }


def test_points_are_told_as_they_were_at_the_end_whatever_became_of_them_since(holed: HoledFile, folder: Path) -> None:
    before = members(holed, folder / "a.zip")
    later = {"label": "Zuluft", "units": "°F", "range": 4, "auto_manual": 1, "calibration": 1.5, "filter": 9}
    names = ", ".join(f"{name} = ?" for name in later)
    holed.connection.execute(f"UPDATE INPUT_POINTS SET {names} WHERE point_index = 1", tuple(later.values()))
    changed = {"label": ("SAT", "Zuluft"), "units": ("°C", "°F"), "range": ("3", "4"), "mode": ("0", "1")}
    changed |= {"calibration": ("0.0", "1.5"), "filter": ("0", "9")}
    for what, (old, new) in changed.items():
        holed.add(
            "POINT_CHANGES",
            serial_number=SERIAL,
            point_type="INPUT",
            point_index=1,
            at=int(END_S) + 10,
            what=what,
            old=old,
            new=new,
        )
    series = named(IN1, "Zuluft"), named(IN2, "RAT")  # as they are called now
    assert members(holed, folder / "b.zip", evidence(*series)) == before
    at_s = int(END_S) - 10
    holed.connection.execute("UPDATE POINT_CHANGES SET at = ? WHERE at = ?", (at_s, int(END_S) + 10))
    found = members(holed, folder / "c.zip", evidence(*series))
    row = rows(found["points.csv"])[0]
    assert (row["Label"], row["Mode"]) == ("Zuluft", "Manual")
    assert "IN1 Zuluft" in found["README.txt"].decode()


def test_a_change_that_cannot_be_understood_costs_no_pack(holed: HoledFile, folder: Path) -> None:
    holed.add(
        "POINT_CHANGES",
        serial_number=SERIAL,
        point_type="INPUT",
        point_index=1,
        at=int(END_S) + 10,
        what="filter",
        old="as before",
        new="5",
    )
    assert rows(members(holed, folder / "a.zip")["points.csv"])[0]["Filter"] == "0"
