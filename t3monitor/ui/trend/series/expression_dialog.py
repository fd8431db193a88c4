"""The dialog in which a computed series is written: checked while it is, with its present value."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from t3monitor.model.expressions import ExpressionError, lookback_s, parsed, text_of, tree_of, written
from t3monitor.model.points import Point, PointKey
from t3monitor.model.series_keys import ComputedKey
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import Label, field_label, tooltip
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.trend.series.computed_trace import present_text
from t3monitor.ui.trend.series.point_names import PointNames

_WIDTH, _LINES = 46, 9  # characters and lines of the lists


class _Words(QListWidget):
    """What is clicked at, or chosen with Enter or Space."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and (item := self.currentItem()):
            self.itemClicked.emit(item)
        else:
            super().keyPressEvent(event)


class ExpressionDialog(QDialog):
    """Enter takes what is written, if it can be computed; a click on a point or a function puts it at the caret."""

    def __init__(
        self, names: PointNames, plotted: Sequence[PointKey], present: Mapping[PointKey, Point], parent: QWidget
    ) -> None:
        """``plotted`` are the points to click at, ``present`` is what is known of all of them."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Computed series"))
        self._names = names
        self._present = present
        self.key: ComputedKey | None = None  # of what is written
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.tr("for instance SAT − MAT, or enthalpy(OAT, OARH)"))
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self.check)
        self.message = Message()
        self.points = self._list(self.tr("Points on the plot"))
        for key in plotted:
            name = names.name(key)
            point = present.get(key)
            item = QListWidgetItem(f"{name}   {point.value_text}" if point else name)
            item.setData(Qt.ItemDataRole.UserRole, written(name))
            item.setToolTip(tooltip(point.full_label if point else name))
            self.points.addItem(item)
        self.functions = self._list(self.tr("Functions"))
        for text, tip in _functions():
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, text.partition("(")[0] + "(")
            item.setToolTip(tip)
            self.functions.addItem(item)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        lists = QHBoxLayout()
        for title, its in ((self.tr("&Points"), self.points), (self.tr("&Functions"), self.functions)):
            column = QVBoxLayout()
            column.addWidget(field_label(title, its))
            column.addWidget(its)
            lists.addLayout(column)
        hint = Label(
            self.tr(
                "Also points that are not on the plot, by label or 'Panel.Label'; names with spaces or hyphens stand in"
                " quotes; + − × ÷ ( ), comparisons, and, or, not. A hole of any point is a hole."
            ),
            wordWrap=True,
        )
        hint.setProperty("muted", True)
        layout = QVBoxLayout(self)
        layout.addWidget(field_label(self.tr("&Expression"), self.line))
        for part in (self.line, self.message):
            layout.addWidget(part)
        layout.addLayout(lists)
        for other in (hint, self.buttons):
            layout.addWidget(other)
        self.resize(self.fontMetrics().averageCharWidth() * 2 * _WIDTH, self.sizeHint().height())
        self.check()

    def edit(self, key: ComputedKey) -> None:
        """Begins with an expression that is there already."""
        self.line.setText(text_of(key.expression, [written(self._names.name(point)) for point in key.points]))

    @Slot()
    def check(self) -> None:
        """Says what is written comes to, or what is wrong with it."""
        text = self.line.text()
        self.key = None
        try:
            key = parsed(text, self._names.find)
            sentence = self._told(key)
        except ExpressionError as error:
            self.message.show_sentence(Tone.BAD if text.strip() else Tone.NONE, f"{error}.")
        else:
            self.key = key
            self.message.show_sentence(Tone.GOOD, sentence)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(self.key is not None)

    def _told(self, key: ComputedKey) -> str:
        """What it comes to at present; raises ExpressionError."""
        points = [self._present[point] for point in key.points if point in self._present]
        if len(points) < len(key.points):
            return self.tr("Nothing is known of one of its points yet; its units are checked when it is read.")
        value = present_text(key.expression, points, [self._names.name(point) for point in key.points])
        if value:
            return self.tr("Now: %s") % value
        if lookback_s(tree_of(key.expression)):
            return self.tr("It looks back, so its values come from the history.")
        return self.tr("It has no value at present.")

    def _list(self, name: str) -> QListWidget:
        its = _Words()
        its.setAccessibleName(name)
        its.setMinimumHeight(_LINES * self.fontMetrics().height())
        its.itemClicked.connect(self._insert)
        return its

    @Slot(QListWidgetItem)
    def _insert(self, item: QListWidgetItem) -> None:
        self.line.insert(str(item.data(Qt.ItemDataRole.UserRole)))
        self.line.setFocus()


def _functions() -> list[tuple[str, str]]:
    return [
        ("avg(a, b, …)", translate("Expressions", "The mean of several points at each time")),
        ("min(a, b, …)", translate("Expressions", "The lowest of several points")),
        ("max(a, b, …)", translate("Expressions", "The highest of several points")),
        ("abs(a)", translate("Expressions", "Without its sign")),
        ("delta(a, hours)", translate("Expressions", "How much it changed in the last hour, or in so many")),
        ("rate(a, hours)", translate("Expressions", "How much it changes in an hour, by the last one or so many")),
        (
            "hours_on(state, hours)",
            translate("Expressions", "For how long it was on in the last 24 hours, or in so many"),
        ),
        ("dew_point(t, rh)", translate("Expressions", "The dew point of air of a temperature and relative humidity")),
        (
            "wet_bulb(t, rh)",
            translate("Expressions", "The wet bulb temperature, at sea level or a pressure as the third"),
        ),
        ("enthalpy(t, rh)", translate("Expressions", "kJ/kg of dry air if the temperature is in °C, Btu/lb if in °F")),
    ]
