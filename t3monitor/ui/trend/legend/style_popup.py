"""A small window in which colour, dash, width and step of a line are chosen."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QGridLayout, QToolButton, QWidget
from typing_extensions import override

from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.kit.icons import painted_icon
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.legend.legend_painting import paint_line
from t3monitor.ui.trend.legend.styles import COLOURS, FIRST, TOLD_APART, WIDTHS, Style

_SWATCH, _LINE = QSize(16, 16), QSize(34, 16)


class StylePopup(QFrame):
    """Each choice counts at once; Escape, or a click elsewhere, closes it."""

    chosen = Signal(object, object)  # SeriesKey, Style

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._key: SeriesKey | None = None
        self.style_shown = FIRST
        self._layout = QGridLayout(self)
        self._layout.setSpacing(4)
        self.colours = self._group(
            self.tr("Colour"), 0, [_colour_name(place) for place in range(COLOURS)], self._paint_colour, _SWATCH
        )
        names = self.tr("Solid"), self.tr("Dashed"), self.tr("Dotted"), self.tr("Dashes and dots")
        self.dashes = self._group(self.tr("Line"), 1, names, self._paint_dash, _LINE)
        self.widths = self._group(
            self.tr("Width"), 2, [self.tr("%d pixels") % width for width in WIDTHS], self._paint_width, _LINE
        )
        self.step = QCheckBox(self.tr("Steps: each value until the next one"))
        self._layout.addWidget(self.step, 3, 0, 1, 2)
        self.colours.idClicked.connect(lambda place: self._choose(self.style_shown._replace(colour=place)))
        self.dashes.idClicked.connect(lambda place: self._choose(self.style_shown._replace(dash=place)))
        self.widths.idClicked.connect(lambda place: self._choose(self.style_shown._replace(width=WIDTHS[place])))
        self.step.clicked.connect(lambda checked: self._choose(self.style_shown._replace(step=checked)))

    def ask(self, key: SeriesKey, style: Style, at: QPoint, *, is_line: bool) -> None:
        """Opens at a global position; a series with states has no more than a colour."""
        self._key, self.style_shown = key, style
        self.colours.button(style.colour).setChecked(True)
        self.dashes.button(style.dash).setChecked(True)
        self.widths.button(WIDTHS.index(style.width)).setChecked(True)
        self.step.setChecked(style.step)
        for button in (*self.dashes.buttons(), *self.widths.buttons(), self.step):
            button.setEnabled(is_line)
        self.adjustSize()
        screen = self.screen().availableGeometry()
        self.move(min(at.x(), screen.right() - self.width()), min(at.y(), screen.bottom() - self.height()))
        self.show()
        self.colours.button(style.colour).setFocus()

    def _choose(self, style: Style) -> None:
        self.style_shown = style
        self.chosen.emit(self._key, self.style_shown)
        self.update()

    def _group(
        self, text: str, row: int, names: Sequence[str], paint: Callable[..., None], size: QSize
    ) -> QButtonGroup:
        """A row of buttons, or two, of which one is pressed; the arrow keys go from one to the next."""
        self._layout.addWidget(Label(text), row, 0)
        buttons = QGridLayout()
        buttons.setSpacing(2)
        buttons.setColumnStretch(TOLD_APART, 1)
        self._layout.addLayout(buttons, row, 1)
        group = QButtonGroup(self)
        for place, name in enumerate(names):
            button = QToolButton()
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setIconSize(size)
            button.setIcon(painted_icon(partial(paint, place)))
            button.setToolTip(name)
            button.setAccessibleName(f"{text}: {name}")
            group.addButton(button, place)
            buttons.addWidget(button, place // TOLD_APART, place % TOLD_APART)
        return group

    def _paint_colour(self, place: int, painter: QPainter, rect: QRect, _mode: QIcon.Mode) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_theme().curves[place])
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 3, 3)

    def _paint_dash(self, place: int, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
        self._paint_line(Style(dash=place), painter, rect, mode)

    def _paint_width(self, place: int, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
        self._paint_line(Style(width=WIDTHS[place]), painter, rect, mode)

    def _paint_line(self, style: Style, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
        theme = current_theme()
        colour = theme.border if mode is QIcon.Mode.Disabled else theme.curves[self.style_shown.colour]
        paint_line(painter, rect, colour, style)

    @override
    def sizeHint(self) -> QSize:
        return self._layout.sizeHint()


def _colour_name(place: int) -> str:
    names = (
        translate("StylePopup", "Blue"),
        translate("StylePopup", "Red"),
        translate("StylePopup", "Green"),
        translate("StylePopup", "Amber"),
        translate("StylePopup", "Purple"),
        translate("StylePopup", "Grey"),
        translate("StylePopup", "Cyan"),
        translate("StylePopup", "Pink"),
        translate("StylePopup", "Olive"),
        translate("StylePopup", "Brown"),
        translate("StylePopup", "Violet"),
        translate("StylePopup", "Steel"),
    )
    return names[place]
