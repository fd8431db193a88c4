"""The menu of an axis of values."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QGridLayout, QLineEdit, QMenu, QWidget, QWidgetAction

from t3monitor.model.units import is_counter
from t3monitor.ui.kit.plain import Label, field_label
from t3monitor.ui.trend.plot.axis_choices import AxisChoices, AxisKey, Per, are_limits
from t3monitor.ui.trend.plot.ticks import Scale, value_of, whole_text

_FIELD_PX = 110


class AxisMenu(QMenu):
    """Its ends typed, what a counter shows, and what the axis need not hold."""

    limits_chosen = Signal(object)  # Limits, or None: it fits what is in sight
    increase_chosen = Signal(str, object)  # units of a counter; Per, or None: what it counted
    faulty_toggled = Signal(bool)

    def __init__(self, axis: AxisKey, scale: Scale, axes: AxisChoices, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._unit = unit = axis.unit
        fits = self.addAction(self.tr("Fit what is in sight"), lambda: self.limits_chosen.emit(None))
        fits.setCheckable(True)
        fits.setChecked(axis not in axes.limits)
        self.highest, self.lowest = (
            QLineEdit(whole_text(scale.highest, unit)),
            QLineEdit(whole_text(scale.lowest, unit)),
        )
        self._add_fields()
        units = axes.counted(unit)
        if is_counter(units):
            self.addSeparator()
            ways = QActionGroup(self)
            for per, text in (
                (None, self.tr("What was counted")),
                (Per.HOUR, self.tr("Increase per hour")),
                (Per.DAY, self.tr("Increase per day")),
            ):
                way = self.addAction(text, partial(self.increase_chosen.emit, units, per))
                way.setCheckable(True)
                way.setChecked(axes.increases.get(units) is per)
                ways.addAction(way)
        self.addSeparator()
        faulty = self.addAction(self.tr("Leave faulty samples out"))
        faulty.setToolTip(self.tr("Axes fit without the readings of sensors that were open or shorted"))
        faulty.setCheckable(True)
        faulty.setChecked(axes.without_faulty)
        faulty.toggled.connect(self.faulty_toggled)
        self.setToolTipsVisible(True)

    def _add_fields(self) -> None:
        room = QWidget()
        layout = QGridLayout(room)
        for row, (text, field) in enumerate(((self.tr("Ma&ximum"), self.highest), (self.tr("Mi&nimum"), self.lowest))):
            field.setMaximumWidth(_FIELD_PX)
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            field.returnPressed.connect(self._accept)
            layout.addWidget(field_label(text, field), row, 0)
            layout.addWidget(field, row, 1)
            layout.addWidget(Label(self._unit), row, 2)
        action = QWidgetAction(self)
        action.setDefaultWidget(room)
        self.addAction(action)

    def _accept(self) -> None:
        """Takes what was typed, unless it makes no axis."""
        limits = value_of(self.lowest.text()), value_of(self.highest.text())
        if are_limits(limits):
            self.limits_chosen.emit(limits)
            self.close()
