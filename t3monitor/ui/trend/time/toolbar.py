"""The bar above the plot: lengths of time, back and forward, follow, undo, and the time in sight."""

from collections.abc import Callable
from functools import cached_property

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStyle, QStyleOptionToolButton, QStylePainter, QToolButton, QWidget
from typing_extensions import override

from t3monitor.model.zones import local
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.trend.actions import toggle_figures
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.range_text import range_text
from t3monitor.ui.trend.time.time_popup import TimePopup
from t3monitor.ui.trend.time.time_range import Preset

_WITH_TITLE_PX = 860


class TrendToolBar(QWidget):
    """Buttons that act on what is shown, and show what it is."""

    def __init__(
        self, state: TrendState, clock: Callable[[], float], fit: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        """``fit`` shows the time that has data."""
        super().__init__(parent)
        self._state = state
        self._clock = clock
        self._fit = fit
        self._layout = layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        layout.setSpacing(2)
        self._menu_texts: dict[QToolButton, tuple[str, str]] = {}
        self._title = Label(self.tr("Trend"))
        self._title.setProperty("heading", True)
        self._title.setContentsMargins(0, 0, 8, 0)
        layout.addWidget(self._title)
        self.presets: dict[Preset, QToolButton] = {}
        for preset in Preset:
            text = _preset_text(preset)
            button = self._button(layout, text, self.tr("Show %s") % text)
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, chosen=preset: state.show_preset(chosen))
            self.presets[preset] = button
        layout.addSpacing(6)
        self.back = self._button(layout, "", self.tr("Earlier"))
        self.forward = self._button(layout, "", self.tr("Later"))
        self.back.clicked.connect(lambda: state.move_windows(-1))
        self.forward.clicked.connect(lambda: state.move_windows(1))
        self.follow = self._button(layout, self.tr("Follow"), self.tr("Keep the present at the right edge (Home)"))
        self.follow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.follow.setCheckable(True)
        self.follow.toggled.connect(state.set_follow)
        layout.addSpacing(6)
        self.undo = self._button(layout, "", self.tr("Undo (Ctrl+Z)"))
        self.redo = self._button(layout, "", self.tr("Redo (Ctrl+Y)"))
        self.figures = self._button(layout, "Σ", self.tr("Figures of the time between A and B, or in sight (S)"))
        self.figures.setCheckable(True)
        self.figures.clicked.connect(lambda: toggle_figures(state))
        self.undo.clicked.connect(state.undo)
        self.redo.clicked.connect(state.redo)
        self.shown_time = _TimeButton(self._brief_texts, self._time_tip)
        self.shown_time.setAccessibleDescription(self.tr("Time in sight"))
        self.shown_time.clicked.connect(self._on_time_asked)
        layout.addWidget(self.shown_time, 1)
        for button, name in (
            (self.back, "back"),
            (self.forward, "forward"),
            (self.follow, "follow"),
            (self.undo, "undo"),
            (self.redo, "redo"),
            (self.shown_time, "clock"),
        ):
            button.setIcon(icon(name))

    def add_menu(self, mark: str, name: str, menu: QMenu) -> None:
        """A button with a menu, at the right end; where there is little room it has its ``mark`` alone."""
        button = self._button(self._layout, name, name)
        button.setProperty("has_menu", True)
        self._menu_texts[button] = mark, name
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)

    @property
    def last_button(self) -> QToolButton:
        """The one at its right end."""
        return next(reversed(self._menu_texts), self.shown_time)

    @cached_property
    def popup(self) -> TimePopup:
        """In which another time is chosen; made when it is first wanted, since a calendar takes its time."""
        return TimePopup(self._state, self._fit, self)

    @override
    def minimumSizeHint(self) -> QSize:
        """As it is where there is little room: without the title, and with marks in place of words."""
        hint = super().minimumSizeHint()
        title_px = 0 if self._title.isHidden() else self._title.sizeHint().width() + self._layout.spacing()
        words = "".join(button.text() for button in self._menu_texts)
        if self.follow.toolButtonStyle() is not Qt.ToolButtonStyle.ToolButtonIconOnly:
            words += self.follow.text()
        marks = "".join(mark for mark, _ in self._menu_texts.values())
        words_px = self.fontMetrics().horizontalAdvance(words) - self.fontMetrics().horizontalAdvance(marks)
        return hint - QSize(title_px + words_px, 0)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = event.size().width() >= _WITH_TITLE_PX
        self._title.setVisible(has_room)  # the time in sight says more
        style = Qt.ToolButtonStyle
        self.follow.setToolButtonStyle(style.ToolButtonTextBesideIcon if has_room else style.ToolButtonIconOnly)
        for button, texts in self._menu_texts.items():
            button.setText(texts[has_room])

    def refresh(self) -> None:
        """Shows what is in sight."""
        state, preset = self._state, self._state.preset
        for its, button in self.presets.items():
            button.setChecked(its is preset)
        self.follow.blockSignals(True)
        self.follow.setChecked(state.follows)
        self.follow.blockSignals(False)
        self.forward.setEnabled(not state.follows)
        self.figures.setChecked(state.shown.stretch.is_told)
        self.undo.setEnabled(state.can_undo)
        self.redo.setEnabled(state.can_redo)
        span = state.span
        by = {None: self.tr("what is shown"), Span.DAY: self.tr("a day"), Span.WEEK: self.tr("a week")}[span]
        self.back.setToolTip(self.tr("Earlier by %s (Page Up)") % by)
        self.forward.setToolTip(self.tr("Later by %s (Page Down)") % by)
        self.shown_time.setText(self._range_text())

    def _range_text(self, *, brief: bool = False) -> str:
        state = self._state
        return range_text(state.time_range, state.zone, state.span, brief=brief)

    def _brief_texts(self) -> tuple[str, str]:
        brief, zone = self._range_text(brief=True), self._state.zone
        return brief, brief.replace(f"{local(self._clock(), zone).year}-", "")  # of this year it goes without saying

    def _time_tip(self) -> str:
        """Everything about the time in sight."""
        whole = range_text(self._state.time_range, self._state.zone)
        return "\n".join((whole, self.tr("Click for days, weeks, a calendar and the time zone")))

    def _button(self, layout: QHBoxLayout, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(text if text.isascii() and text else tip)
        button.setAutoRaise(True)
        layout.addWidget(button)
        return button

    @Slot()
    def _on_time_asked(self) -> None:
        self.popup.ask(self.shown_time, self._clock())


class _TimeButton(QToolButton):
    """The time in sight, as long as there is room for, or not at all; it opens the choice of another one."""

    def __init__(self, brief: Callable[[], tuple[str, ...]], tip: Callable[[], str]) -> None:
        """Both are asked when they are to be seen: the time moves with each frame."""
        super().__init__()
        self._brief = brief
        self._tip = tip
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(self.sizePolicy().Policy.Expanding, self.sizePolicy().verticalPolicy())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(self._tip())
        return super().event(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        room, width = self.width() - option.iconSize.width() - 16, self.fontMetrics().horizontalAdvance
        if width(option.text) > room:  # a date that is cut says nothing, and the axis has it too
            option.text = next((text for text in self._brief() if width(text) <= room), "")
        QStylePainter(self).drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)


def _preset_text(preset: Preset) -> str:
    number, unit = preset.value[:-1], preset.value[-1]
    return (translate("Preset", "%s h") if unit == "h" else translate("Preset", "%s d")) % number
