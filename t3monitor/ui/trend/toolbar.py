"""The bar above the plot: lengths of time, back and forward, follow, and the time in sight."""

from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDateTimeEdit,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QWidget,
)

from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.plain import Label, field_label
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.trend.legend import ElidedLabel
from t3monitor.ui.trend.time_range import SHORTEST_S, Preset, TimeRange


class CustomRange(QFrame):
    """A small window under its button, with two local times."""

    chosen = Signal(object)  # TimeRange

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.start, self.end = QDateTimeEdit(), QDateTimeEdit()
        for edit, name in ((self.start, self.tr("From")), (self.end, self.tr("To"))):
            edit.setCalendarPopup(True)
            edit.setDisplayFormat("yyyy-MM-dd HH:mm")
            edit.setAccessibleName(name)
            edit.dateTimeChanged.connect(self._on_edited)
        self.accept_button = QPushButton(self.tr("Show"))
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self._on_accepted)
        layout = QFormLayout(self)
        layout.addRow(field_label(self.tr("&From"), self.start), self.start)
        layout.addRow(field_label(self.tr("&To"), self.end), self.end)
        layout.addRow(self.accept_button)

    def ask(self, now: TimeRange, at: QPoint) -> None:
        """Opens with a range to begin from."""
        self.start.setDateTime(QDateTime.fromSecsSinceEpoch(int(now.start_s)))
        self.end.setDateTime(QDateTime.fromSecsSinceEpoch(int(now.end_s)))
        self.move(at)
        self.show()
        self.start.setFocus()

    @property
    def range(self) -> TimeRange:
        """What the two fields say."""
        return TimeRange(self.start.dateTime().toSecsSinceEpoch(), self.end.dateTime().toSecsSinceEpoch())

    @Slot()
    def _on_edited(self) -> None:
        self.accept_button.setEnabled(self.range.length_s >= SHORTEST_S)

    @Slot()
    def _on_accepted(self) -> None:
        self.hide()
        self.chosen.emit(self.range)


class TrendToolBar(QWidget):
    """Buttons; it shows what the view tells it and says what was pressed."""

    preset_chosen = Signal(object)  # Preset
    range_chosen = Signal(object)  # TimeRange
    moved = Signal(int)  # windows: -1 back, 1 forward
    follow_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        layout.setSpacing(2)
        title = Label(self.tr("Trend"))
        title.setProperty("heading", True)
        layout.addWidget(title)
        layout.addSpacing(8)
        self._range = TimeRange(0, 1)
        self.presets: dict[Preset, QToolButton] = {}
        for preset in Preset:
            text = _preset_text(preset)
            button = self._button(layout, text, self.tr("Show %s") % text)
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, chosen=preset: self.preset_chosen.emit(chosen))
            self.presets[preset] = button
        self.custom = self._button(layout, "…", self.tr("Choose start and end"))
        self.custom.setCheckable(True)
        self.custom.clicked.connect(self._on_custom)
        self.popup = CustomRange(self)
        self.popup.chosen.connect(self.range_chosen)
        layout.addSpacing(8)
        self.back = self._button(layout, "", self.tr("Earlier by what is shown (Page Up)"))
        self.forward = self._button(layout, "", self.tr("Later by what is shown (Page Down)"))
        self.back.clicked.connect(lambda: self.moved.emit(-1))
        self.forward.clicked.connect(lambda: self.moved.emit(1))
        self.back.setAccessibleName(self.tr("Earlier"))
        self.forward.setAccessibleName(self.tr("Later"))
        layout.addSpacing(8)
        self.follow = self._button(layout, self.tr("Follow"), self.tr("Keep the present at the right edge (Home)"))
        self.follow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.follow.setCheckable(True)
        self.follow.toggled.connect(self.follow_toggled)
        layout.addSpacing(8)
        self.shown_time = ElidedLabel()
        self.shown_time.setProperty("muted", True)
        self.shown_time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.shown_time, 1)
        for button, name in ((self.back, "back"), (self.forward, "forward"), (self.follow, "follow")):
            button.setIcon(icon(name))

    def show_state(self, shown: TimeRange, preset: Preset | None, *, follow: bool) -> None:
        """Shows what is in sight."""
        self._range = shown
        for its, button in self.presets.items():
            button.setChecked(its is preset)
        self.custom.setChecked(preset is None)
        self.follow.blockSignals(True)
        self.follow.setChecked(follow)
        self.follow.blockSignals(False)
        self.forward.setEnabled(not follow)
        text = range_text(shown)
        self.shown_time.setText(text)
        self.shown_time.setToolTip(text)

    def _button(self, layout: QHBoxLayout, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(text if text and text != "…" else tip)
        button.setAutoRaise(True)
        layout.addWidget(button)
        return button

    @Slot()
    def _on_custom(self) -> None:
        self.custom.setChecked(not any(button.isChecked() for button in self.presets.values()))
        self.popup.ask(self._range, self.custom.mapToGlobal(QPoint(0, self.custom.height())))


def _preset_text(preset: Preset) -> str:
    number, unit = preset.value[:-1], preset.value[-1]
    return (translate("Preset", "%s h") if unit == "h" else translate("Preset", "%s d")) % number


def range_text(shown: TimeRange) -> str:
    """Start and end in local time, the date of the end only if it is another one."""
    start, end = datetime.fromtimestamp(shown.start_s), datetime.fromtimestamp(shown.end_s)
    text = f"{_date_time(start)} – "
    return text + (f"{end:%H:%M}" if start.date() == end.date() else _date_time(end))


def _date_time(at: datetime) -> str:
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(at.timestamp())), "ddd d MMM yyyy HH:mm")
