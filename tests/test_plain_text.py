"""What panels, points, sites and files are called reaches the screen letter by letter, in every corner of the window.

The whole window stands on a building whose names are HTML, mnemonics and marks of Qt; then every widget, action, model
index and item of the plot is looked at, and what is drawn is read back.
"""

import gc
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAction, QTextDocument
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QGraphicsTextItem,
    QGraphicsView,
    QGroupBox,
    QLabel,
    QMenu,
    QTabBar,
    QWidget,
)

from drawn import drawn
from legend_rows import LegendRow
from programs import Run, cycle, opened, until
from t3monitor.app import MonitorApp
from t3monitor.config.paths import Paths
from t3monitor.config.settings import Settings
from t3monitor.diagnostics.crashes import CrashReport
from t3monitor.model.errors import Outcome
from t3monitor.model.events import AnswerDecoded, CallStarted, CycleFinished, CycleStarted
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.session import Session
from t3monitor.ui.crash_dialog import CrashDialog
from t3monitor.ui.kit.plain import menu_text, message_box, tooltip, window_title
from t3monitor.ui.trend.legend.legend_model import Column
from values import report, snapshot

PANEL = "AHU <P> A&B"
LABELS = {1: ("<b>x</b>", "Temp <A> & <B>"), 2: ("&Boiler", "<img src=x>"), 3: ("A&B", "&amp; <br> &&")}
FILE = "<i>A&B [*].json"
SITES = ["<img src=x>", "R&D <hall>"]
SENTENCE = "<b>panel 7 '&Boiler'</b> gave no answer & <i>more</i>\nnothing"
NAMES = [PANEL, FILE, *SITES, *(name for names in LABELS.values() for name in names)]
SERIALS = (237219, 237220)


def hostile_answer() -> dict[str, Any]:
    def inputs(panel_id: int) -> list[dict[str, Any]]:
        return [
            {
                "type": "INPUT",
                "id": f"IN{n}",
                "index": n - 1,
                "pid": panel_id,
                "value": 21500,
                "range": 3 if n < 3 else 1,
            }
            | {"digital_analog": int(n < 3), "label": label, "description": full, "control": 1, "auto_manual": 1}
            for n, (label, full) in LABELS.items()
        ]

    return {
        "action": "LOGGING_DATA_RES",
        "data": [
            {"device_data": inputs(number), "panel_id": number, "panel_name": PANEL, "panel_serial_number": serial}
            for number, serial in enumerate(SERIALS, start=1)
        ],
    }


@asynccontextmanager
async def hostile_building(tmp_path: Path) -> AsyncIterator[MonitorApp]:
    """The program on a recording of the hostile building, synced, with all its points plotted."""
    recording = tmp_path / FILE
    recording.write_text(json.dumps(hostile_answer()), encoding="utf-8")
    paths = Paths(tmp_path / "config", tmp_path / "data", tmp_path / "logs <b>&")
    settings = Settings(auto_start=False).with_values(link="replay", replay=str(recording))
    async with opened(paths, settings) as program:
        program.window.resize(1900, 1300)
        await cycle(program, program.window.sync_once_action.trigger)
        program.window.trend.state.add(
            PointKey(serial, PointType.INPUT, number) for serial in SERIALS for number in LABELS
        )
        await until(lambda: not program.is_busy, program)
        program.window.activity_action.trigger()
        yield program


def said(tip: str) -> str:
    """What a tooltip with this text shows."""
    if not RichText.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


def assert_plain_tip(tip: object, where: str) -> str:
    """Qt guesses nothing: what it would take for HTML is what the helper made of a text."""
    text = said(str(tip or ""))
    assert tooltip(text) == (tip or ""), f"{where}: {tip!r}"
    return text


def without_mnemonic(text: str) -> str:
    return re.sub(r"&(.)", r"\1", text)


def indexes(model: QAbstractItemModel, parent: QModelIndex = QModelIndex()) -> Iterator[QModelIndex]:  # noqa: B008
    for row in range(model.rowCount(parent)):
        for column in range(model.columnCount(parent)):
            yield model.index(row, column, parent)
        yield from indexes(model, model.index(row, 0, parent))


def walk() -> list[str]:
    """Looks at all that there is now; gives every text of it as it is shown."""
    texts: list[str] = []
    mnemonic: list[str] = []
    for widget in QApplication.allWidgets():
        texts.append(assert_plain_tip(widget.toolTip(), str(widget)))
        assert not RichText.mightBeRichText(widget.whatsThis())
        for action in widget.actions():
            texts.append(assert_plain_tip(action.toolTip(), str(action)))
            mnemonic.append(action.text())
        match widget:
            case QLabel():
                is_plain = widget.textFormat() is Qt.TextFormat.PlainText
                assert is_plain or not widget.text(), f"{widget}: {widget.text()!r}"
                (texts if widget.buddy() is None else mnemonic).append(widget.text())
            case QAbstractButton():
                mnemonic.append(widget.text())
            case QGroupBox() | QMenu():
                mnemonic.append(widget.title())
            case QTabBar():
                mnemonic += [widget.tabText(number) for number in range(widget.count())]
                texts += [assert_plain_tip(widget.tabToolTip(number), str(widget)) for number in range(widget.count())]
            case QAbstractItemView() if widget.model() is not None:
                texts += model_texts(widget.model())
            case QGraphicsView():
                for item in widget.scene().items():
                    assert not isinstance(item, QGraphicsTextItem), "it may hold HTML"
                    texts.append(assert_plain_tip(item.toolTip(), str(item)))
    for text in mnemonic:
        shown = without_mnemonic(text)
        assert all(name in shown for name in NAMES if name in text), f"{text!r} has a mnemonic"
    return texts + [without_mnemonic(text) for text in mnemonic]


def model_texts(model: QAbstractItemModel) -> list[str]:
    role = Qt.ItemDataRole
    texts = []
    for index in indexes(model):
        where = f"{model} {index.row()}, {index.column()}"  # an index that outlives its model cannot be written down
        texts.append(assert_plain_tip(index.data(role.ToolTipRole), where))
        texts.append(str(index.data(role.DisplayRole) or ""))
    for section in range(model.columnCount()):
        tip = model.headerData(section, Qt.Orientation.Horizontal, role.ToolTipRole)
        texts.append(assert_plain_tip(tip, f"{model}, title {section}"))
    return texts


def test_no_corner_of_the_window_takes_a_name_for_html_or_a_mnemonic_and_all_are_drawn_as_they_are(
    run: Run, tmp_path: Path
) -> None:
    gc.collect()  # widgets of other tests that had no owner

    async def scenario() -> None:
        async with hostile_building(tmp_path) as program:
            look_at_the_panes(program)
            look_at_menus_dialogs_and_messages(program, tmp_path)
            look_at_sites_and_what_is_said_of_their_links(program)

    run(scenario())


def look_at_the_panes(program: MonitorApp) -> None:
    window = program.window
    every = "\n".join(walk())
    for name in (PANEL, *(name for names in LABELS.values() for name in names)):
        assert name in every
    assert window.windowHandle().title() == f"T3 Monitor – Recording {FILE}"
    assert window.indicator.link.text() == f"Recording {FILE}"
    row = LegendRow(window.trend.legend, window.trend.state.points[0])
    assert said(row.data(Column.SHOWN, Qt.ItemDataRole.ToolTipRole)) == f"Show or hide {PANEL} ({SERIALS[0]}) <b>x</b>"
    assert (
        said(row.data(Column.REMOVE, Qt.ItemDataRole.ToolTipRole))
        == f"Remove {PANEL} ({SERIALS[0]}) <b>x</b> from the plot"
    )
    assert said(row.tip).startswith(f"{PANEL} ({SERIALS[0]}) <b>x</b>\nTemp <A> & <B>")

    table = drawn(window.points)
    for label, full_label in LABELS.values():
        assert any(text.startswith(label[:4]) for text in table), "it may be cut"
        assert full_label in table
    assert [text for text in drawn(window.devices) if text.startswith("AHU <P>")] == [
        "AHU <P> A&B (237219)",
        "AHU <P> A&B (237220)",
    ]
    assert f"{SERIALS[0]} A&B" in drawn(window.trend)
    assert f"Recording {FILE}" in drawn(window.indicator)


def look_at_menus_dialogs_and_messages(program: MonitorApp, folder: Path) -> None:
    window = program.window
    menus = [
        window.trend.context_menu(),
        window.points.table.make_menu(),
        window.devices.make_panel_menu(SERIALS[0]),
        window.devices.tree.columns.make_menu(window.devices.tree),
    ]
    removing = next(action.menu() for action in menus[0].actions() if action.text() == "Remove")
    entries = [without_mnemonic(action.text()) for action in removing.actions()]
    assert entries[:2] == [f"{PANEL} ({SERIALS[0]}) <b>x</b>", f"{PANEL} ({SERIALS[0]}) &Boiler"]
    removing.ensurePolished()
    removing.resize(removing.sizeHint())
    assert entries[1] in drawn(removing)

    dialogs: list[QDialog] = [
        CrashDialog(SENTENCE, CrashReport(folder / FILE, SENTENCE), window),
        message_box(SITES[0], SENTENCE),
    ]
    program.settings.open()
    assert program.settings.dialog is not None
    program.settings.dialog.link.test_message.show_sentence(
        program.settings.dialog.link.web.sites.message.tone, SENTENCE
    )
    window.points.set_notice(SENTENCE)
    window.trend.problem.say(SENTENCE)
    window.banner.say(SENTENCE)
    window.statusBar().showMessage(SENTENCE)
    every = "\n".join(walk())
    assert every.count(SENTENCE) >= len(dialogs) + 3
    assert FILE in every, "the file of the crash"
    for widget in (*menus, *dialogs):
        widget.deleteLater()


def look_at_sites_and_what_is_said_of_their_links(program: MonitorApp) -> None:
    window = program.window
    sites = [{"name": name, "url": f"http://10.0.0.{number}"} for number, name in enumerate(SITES)]
    window.apply_settings(Session(program.paths, program.session.settings.with_values(link="webapi", sites=sites)))
    for site in SITES:
        decoded = AnswerDecoded(snapshot(note=SENTENCE), 10, site=site)
        ended = CycleFinished(report(Outcome.PARTIAL, SENTENCE, site=site), 5.0, site=site)
        started = CycleStarted("sqlite:///x", True, 30, 3, site=site)
        for event in (started, CallStarted(1, 1, site=site), decoded, ended):
            window.apply_event(event)
    every = "\n".join(walk())
    for site in SITES:
        assert f"{site}: live" in every
    assert said(window.indicator.toolTip()).count("<i>more</i>") == 4, "reason and note of each site"
    assert SENTENCE.partition("\n")[0] in every


@pytest.mark.parametrize("text", [*NAMES, SENTENCE, "a\tb <P>", "  <b>  two  </b>", "a < b", "<?xml", "", "&lt;b&gt;"])
def test_a_tooltip_says_its_text_letter_by_letter(text: str) -> None:
    assert said(tooltip(text)) == text


@pytest.mark.parametrize("text", [*NAMES, "&&", "a & b"])
def test_a_menu_says_its_text_letter_by_letter(qapp: QApplication, text: str) -> None:
    menu = QMenu()
    action = QAction(menu_text(text), menu)
    menu.addAction(action)
    menu.resize(menu.sizeHint())
    assert text in drawn(menu)


def test_a_title_says_its_text_letter_by_letter(qapp: QApplication) -> None:
    window = QWidget()
    window.setWindowTitle(window_title("a [*] b [*][*]"))
    window.show()
    assert window.windowHandle().title() == "a [*] b [*][*]"
    window.close()
