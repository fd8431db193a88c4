"""Baselines in the window: frozen, compared, renamed, deleted and exported; and the list of points as files."""

import csv
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget
from pytestqt.modeltest import ModelTester

from programs import Run, opened, until
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.baselines import Aspect, Frozen, differences
from t3monitor.model.point_types import PointType
from t3monitor.store.baselines import read_baselines
from t3monitor.ui.baselines.differences_model import DifferencesModel
from t3monitor.ui.kit.table_text import Figure
from tab_stops import names as names_of
from values import NOW_S, device, point, snapshot

DEMO = Settings(link=LinkName.DEMO, auto_start=False, demo_panels=2)


def test_a_baseline_is_frozen_compared_renamed_deleted_and_its_differences_are_exported(
    run: Run, paths: Paths, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            page, control = program.window.activity.baselines, program.baselines

            async def idle() -> None:
                await until(lambda: not program.is_busy, program)

            def names() -> list[str]:
                return [baseline.name for baseline in read_baselines(program.session.database)]

            await idle()
            control.show_action.trigger()
            await until(lambda: page.model.rowCount() > 0, program)
            assert page.isVisible()
            heard = names_of(program.window)
            controls = [
                "Commissioning",
                "with now",
                "Usual band",
                "All",
                "Search the differences",
                "Compare",
                "Baseline",
            ]
            first = heard.index("Commissioning")
            assert heard[first : first + 9] == [*controls, "Export…", "Differences"]
            assert names() == ["Commissioning"], "of the building's past"
            labels = [its for its in page.model.found if its.what is Aspect.CALIBRATION]
            assert [(its.point and its.point.label, its.then, its.now) for its in labels] == [("SAT", "1", "1.2")]

            page.what.setCurrentIndex(page.what.findData(Aspect.CALIBRATION))
            assert page.model.rowCount() == 1
            page.search.setText("nothing like this")
            assert page.model.rowCount() == 0
            assert page.notice.text == "No difference is of this kind and has these words."
            page.search.setText("ahu-1 SAT")
            assert page.model.rowCount() == 1
            page.view.selectRow(0)
            page.on_copy()
            assert QGuiApplication.clipboard().text() == (
                "Panel\tPoint\tLabel\tWhat\tCommissioning\tNow\tDifference\tUnit\nAHU-1\tIN3\tSAT\tCalibration\t1\t1.2\t\t\n"
            )
            page.view.doubleClicked.emit(page.model.index(0, 0))
            assert program.window.trend.state.points == [labels[0].key]
            control.export_to(tmp_path / "d.csv")
            with (tmp_path / "d.csv").open(encoding="utf-8-sig", newline="") as text:
                titles, *exported = csv.reader(text)
            assert titles[7].startswith("Commissioning, 20")
            assert [row[4:9] for row in exported] == [["IN3", "SAT", "calibration", "1", "1.2"]]
            page.search.clear()
            page.what.setCurrentIndex(0)

            page.freeze.trigger()
            assert isinstance(control.dialog, QInputDialog)
            control.dialog.setTextValue("Handover")
            control.dialog.accept()
            await until(lambda: page.chosen == "Handover" and not program.is_busy, program)
            assert (page.model.rowCount(), page.notice.text) == (0, "Nothing differs.")
            page.now.setCurrentIndex(page.now.findData("Commissioning"))
            await until(lambda: page.model.rowCount() > 0, program)
            assert [(its.then, its.now) for its in page.model.found if its.what is Aspect.CALIBRATION] == [("1.2", "1")]
            page.band.setCurrentIndex(page.band.findText("No values"))
            await until(lambda: not any(its.what is Aspect.VALUE for its in page.model.found), program)

            page.on_rename()
            assert isinstance(control.dialog, QInputDialog)
            control.dialog.setTextValue("Commissioning")
            control.dialog.accept()
            await until(lambda: "There is a baseline “Commissioning” already" in page.message.text(), program)
            control._rename("Handover", "Winter")
            await until(lambda: page.chosen == "Winter", program)
            await idle()
            assert page.message.isHidden()
            page.delete.trigger()
            assert isinstance(control.dialog, QMessageBox)
            control.dialog.accept()
            await until(lambda: names() == ["Commissioning"] and page.chosen == "Commissioning", program)
            await idle()

    run(scenario())


def test_without_a_baseline_the_page_says_what_it_is_for(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            page = program.window.activity.baselines
            await until(lambda: not program.is_busy, program)
            page.show_baselines(())
            assert page.notice.text.startswith("A baseline keeps the state of all points")
            assert not any(
                control.isEnabled() for control in (page.then, page.now, page.rename, page.delete, page.export)
            )
            assert page.freeze.isEnabled()
            page.notice.button.click()
            assert isinstance(program.baselines.dialog, QInputDialog)
            assert program.baselines.dialog.textValue() == "Commissioning"

    run(scenario())


def test_the_points_are_written_as_a_list_and_as_ede(run: Run, paths: Paths, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            said: list[str] = []
            program.point_lists.said.connect(said.append)
            await until(lambda: not program.is_busy, program)
            exporter = program.window.trend.exporter
            exporter.restore_state({"folder": str(tmp_path)})
            for name, kind in (("points.csv", "List of points"), ("site_EDE.csv", "List of points"), ("a.csv", "EDE")):
                program.point_lists.ask()
                dialog = program.point_lists.dialog
                assert isinstance(dialog, QFileDialog)
                assert Path(dialog.directory().path()) == tmp_path
                dialog.selectNameFilter(next(its for its in dialog.nameFilters() if kind in its))
                dialog.fileSelected.emit(str(tmp_path / name))
                dialog.close()
                await until(lambda name=name: exporter.saved_notice.files[:1] == [tmp_path / name], program)
            ede = ["a.csv", "a_ObjTypes.csv", "a_StateTexts.csv", "a_Units.csv"]
            assert sorted(file.name for file in tmp_path.glob("*.csv")) == sorted(
                [*ede, "points.csv", "site_EDE.csv", *(name.replace("a_", "site_") for name in ede[1:])]
            )
            program.point_lists.save(tmp_path / "no folder" / "points.csv", as_ede=False)
            await until(lambda: len(said) == 1, program)
            assert "could not be written" in said[0]
            used = [point for panel in program.session.shown.panels for point in panel.points() if point.in_use]
            with (tmp_path / "points.csv").open(encoding="utf-8-sig") as text:
                assert len(text.readlines()) == len(used) + 1
            lines = (tmp_path / "site_EDE.csv").read_text(encoding="utf-8-sig").splitlines()
            first = program.session.shown.panels[0]
            assert lines[8].startswith(f"{first.serial_number}/IN1;;Outdoor Air Temp;0;1;OAT;")

    run(scenario())


def test_values_are_copied_as_numbers_with_their_unit_beside_them() -> None:
    parent = QWidget()
    model = DifferencesModel(parent)
    then, now = (
        Frozen.of(snapshot(device(inputs=(point(PointType.INPUT, 1, value),))), NOW_S, 30) for value in (-12.5, 3.25)
    )
    (found,) = differences(then, now)
    assert model.texts(found)[4:] == ["-12.50 °C", "3.25 °C", "+15.75 °C"]
    copied = model.copied(found)[4:]
    assert copied == ["-12.50", "3.25", "15.75", "°C"]
    assert [type(cell) for cell in copied] == [Figure, Figure, Figure, str]


def test_the_table_of_differences_is_a_sound_model(qtmodeltester: ModelTester) -> None:
    parent = QWidget()
    model = DifferencesModel(parent)
    qtmodeltester.check(model)
    then, now = (Frozen.of(snapshot(device(1), device(number, 2)), NOW_S, 30) for number in (2, 3))
    model.show(list(differences(then, now)), "Commissioning", "")
    assert [model.headerData(column, Qt.Orientation.Horizontal) for column in (4, 5)] == ["Commissioning", "Now"]
    assert [model.texts(its)[3:6] for its in model.shown] == [["Panel", "serial number 2", "serial number 3"]]
    model.choose(Aspect.VALUE)
    assert model.rowCount() == 0
