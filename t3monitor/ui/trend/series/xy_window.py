"""Two series of the trend against each other, coloured by the hour of the day; GUI thread."""

import logging
from collections.abc import Callable, Sequence
from datetime import tzinfo

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from t3monitor.model.errors import MonitorError
from t3monitor.model.series_keys import SeriesKey
from t3monitor.model.units import is_measured, written_unit
from t3monitor.model.zones import clock_changes, offset_s, zone_names
from t3monitor.store.history.pairs import Pairs, pairs
from t3monitor.store.history.series import Floats, Series
from t3monitor.ui.kit.choices import place_of
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import Label, field_label
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.plot.axis_choices import LARGEST
from t3monitor.ui.trend.plot.ticks import axis_unit, fit
from t3monitor.ui.trend.series.coverage import Request
from t3monitor.ui.trend.series.loader import Load, Spawn, Task, load_series
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.range_text import range_text

_HOURS = 24
_REST_MS = 200  # without a movement
_MOST_READINGS = 200_000  # of each; of more it is means that are paired, and said so
_CELLS = 700  # of a dot that covers another one nothing would be seen
_DOT_PX = 6
_BESIDE = 0.02  # of an axis, beyond its ends: dots are whole

_logger = logging.getLogger(__name__)


class XYWindow(QDialog):
    """Stays open beside the trend and follows the time in sight."""

    def __init__(
        self, state: TrendState, traces: Traces, load: Load, spawn: Spawn, clock: Callable[[], float], parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("X/Y plot"))
        self._state = state
        self._traces = traces
        self._load = load
        self._spawn = spawn
        self._clock = clock
        self._task: Task | None = None
        self._asked: Request | None = None
        self.shown = Pairs(np.empty(0), np.empty(0), np.empty(0))
        self.x_box, self.y_box = QComboBox(), QComboBox()
        top = QHBoxLayout()
        for title, box in ((self.tr("&X"), self.x_box), (self.tr("&Y"), self.y_box)):
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setAccessibleName(title.replace("&", ""))
            box.activated.connect(self.refresh)
            top.addWidget(field_label(title, box))
            top.addWidget(box)
        self.message = Message()
        self.plot = pg.PlotWidget(background=None)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setAccessibleName(self.tr("X/Y plot"))
        self.dots = [pg.ScatterPlotItem(pen=None, size=_DOT_PX, pxMode=True) for _ in range(_HOURS)]
        for item in self.dots:
            self.plot.addItem(item)
        self.hours = HourBar()
        self.told = Label(wordWrap=True)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.message)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.hours)
        layout.addWidget(self.told)
        self.resize(760, 620)
        self._timer = QTimer(self, singleShot=True, interval=_REST_MS)
        self._timer.timeout.connect(self.refresh)
        self._offer()
        self._restyle()
        self.refresh()

    @property
    def is_busy(self) -> bool:
        """Whether readings are on their way."""
        return self._task is not None or self._timer.isActive()

    def choose(self, x: SeriesKey, y: SeriesKey) -> None:
        """Shows these two, if they are on the plot."""
        self.x_box.setCurrentIndex(place_of(x, self.x_box))
        self.y_box.setCurrentIndex(place_of(y, self.y_box))
        self.refresh()

    def paint_on(self, painter: QPainter, room: QRectF) -> None:
        """Paints plot and hours there, in the theme that is in force."""
        self._restyle()
        hours = HourBar()
        hours.zone_text = self.hours.zone_text
        hours.resize(round(room.width()), hours.sizeHint().height())
        plot = room.adjusted(0, 0, 0, -hours.height())
        for dots in self.dots:
            dots.setExportMode(True, {})  # as shapes rather than as pictures
        self.plot.scene().prepareForPaint()
        self.plot.render(painter, plot, self.plot.viewport().rect(), Qt.AspectRatioMode.KeepAspectRatio)
        for dots in self.dots:
            dots.setExportMode(False)
        painter.save()
        painter.translate(room.left(), plot.bottom())
        hours.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)  # no background of the screen's
        painter.restore()
        QTimer.singleShot(0, self, self._restyle)  # in the colours of the screen again

    def follow(self) -> None:
        """Time or series may be others."""
        if self.isVisible() and self._wanted() != self._asked:
            self._timer.start()

    @Slot()
    def refresh(self) -> None:
        """Shows what is in sight now."""
        self._timer.stop()
        self._offer()
        self._asked = self._wanted()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._asked.keys:
            self._task = self._spawn(self._run(self._asked))
        else:
            self._say(Tone.CAUTION, self.tr("Two measured points on the plot are needed, one against the other."))

    def _wanted(self) -> Request:
        keys = [key for key in (self.x_box.currentData(), self.y_box.currentData()) if key in self._traces.keys]
        keys = keys if len(keys) == 2 else []
        return Request(tuple(keys), *self._state.time_range, _MOST_READINGS, self._state.zone)

    def _offer(self) -> None:
        """Offers the measured series of the plot, as they are called now."""
        keys = [key for key in self._traces.keys if self._traces[key].unit is not None]
        offered = [(self._traces[key].names.everywhere, key) for key in keys]
        for place, box in enumerate((self.x_box, self.y_box)):
            chosen = box.currentData()
            if offered == [(box.itemText(number), box.itemData(number)) for number in range(box.count())]:
                continue
            box.clear()
            for name, key in offered:
                box.addItem(name, key)
            box.setCurrentIndex(keys.index(chosen) if chosen in keys else min(place, len(keys) - 1))

    async def _run(self, asked: Request) -> None:
        found: Sequence[tuple[Series, ...]] | None = None
        try:
            read = await load_series(self._load, asked)
            found = [read.get(key, ()) for key in asked.keys]
        except MonitorError as error:
            self._say(Tone.BAD, str(error))
        except Exception:
            _logger.exception("Reading for an X/Y plot failed")
            self._say(Tone.BAD, self.tr("The history of this time cannot be read; the log tells why"))
        if asked is not self._asked:
            return
        self._task = None
        if found is not None:
            self._show(asked, found)

    def _show(self, asked: Request, found: Sequence[tuple[Series, ...]]) -> None:
        measured = [[each for each in its if is_measured(digital=each.digital, range_=each.range)] for its in found]
        if not all(measured):
            self._say(Tone.CAUTION, self.tr("There are no readings of both in this time."))
            self._draw(Pairs(np.empty(0), np.empty(0), np.empty(0)), asked.zone)
            return
        x, y = (its[-1] for its in measured)
        now_s = self._clock()
        ahead_s = max(self._traces[key].ahead_s(now_s) for key in asked.keys if key in self._traces.keys)
        every = pairs(x, y, asked.start_s, asked.end_s, now_s + max(0.0, ahead_s))
        has_place = (np.abs(every.xs) <= LARGEST) & (np.abs(every.ys) <= LARGEST)
        self._draw(Pairs(*(column[has_place] for column in every)), asked.zone)
        self._fit(*(axis_unit(series, key) for series, key in zip((x, y), asked.keys, strict=True)))
        for axis, series, key in (("bottom", x, asked.keys[0]), ("left", y, asked.keys[1])):
            unit = written_unit(series.units)
            label = self._traces[key].names.short if key in self._traces.keys else series.label
            self.plot.setLabel(axis, _plain(f"{label} [{unit}]" if unit else label))
        count = len(self.shown.times_utc_s)
        beyond = len(every.times_utc_s) - count
        several = any(len(its) > 1 for its in measured)
        notes = [
            range_text(self._state.time_range, asked.zone),
            self.tr("%d pairs") % count + (self.tr(" of means") if x.thinned or y.thinned else ""),
            self.tr("%d left out, which no axis holds") % beyond if beyond else "",
            self.tr("of the newest unit alone") if several else "",
        ]
        self.told.setText(" · ".join(filter(None, notes)))
        self._say(Tone.CAUTION, "" if count else self.tr("There are no readings of both at one time."))

    def _draw(self, found: Pairs, zone: tzinfo | None) -> None:
        self.shown = found
        hours = hours_of(found.times_utc_s, zone)
        seen = _seen(found, hours)
        theme = current_theme()
        for hour, item in enumerate(self.dots):
            own = seen[hours[seen] == hour]
            item.setData(found.xs[own], found.ys[own], brush=hour_colour(hour, dark=theme.dark))
        self.hours.zone_text = zone_names(*self._state.time_range, zone)
        self.hours.update()

    def _fit(self, x_unit: str, y_unit: str) -> None:
        """Has all pairs in sight, on axes that end where those of the trend would."""
        if not len(self.shown.times_utc_s):
            return
        ends = [
            fit({unit: (float(values.min()), float(values.max()))}, size_px).scales[unit][::2]
            for unit, values, size_px in (
                (x_unit, self.shown.xs, self.plot.width()),
                (y_unit, self.shown.ys, self.plot.height()),
            )
        ]
        self.plot.setRange(xRange=ends[0], yRange=ends[1], padding=_BESIDE)

    def _say(self, tone: Tone, sentence: str) -> None:
        self.message.show_sentence(tone, sentence)

    def _restyle(self) -> None:
        theme = current_theme()
        self.plot.setBackground(theme.base)
        self.plot.showGrid(x=True, y=True, alpha=0.2)
        for name in ("bottom", "left"):
            axis = self.plot.getAxis(name)
            axis.setPen(theme.border)
            axis.setTextPen(theme.text)
        for hour, item in enumerate(self.dots):
            item.setBrush(hour_colour(hour, dark=theme.dark))

    @override
    def changeEvent(self, event: object) -> None:
        super().changeEvent(event)  # type: ignore[arg-type]
        if hasattr(self, "_timer") and event.type() == event.Type.PaletteChange:  # type: ignore[attr-defined]
            self._restyle()


class HourBar(QWidget):
    """Which hour of the day has which colour."""

    def __init__(self) -> None:
        super().__init__()
        self.zone_text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("XYWindow", "Colours of the hours of the day"))

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, 2 * self.fontMetrics().height() + 6)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, line = QPainter(self), current_theme(), self.fontMetrics().height()
        title = translate("XYWindow", "Hour of the day %s") % self.zone_text
        left = self.fontMetrics().horizontalAdvance(title) + 16
        room = max(1, self.width() - left - 20)
        painter.setPen(theme.text)
        painter.drawText(QPointF(4, line), title)
        for hour in range(_HOURS):
            place = QRectF(left + room * hour / _HOURS, 4, room / _HOURS, line - 2)
            painter.fillRect(place, hour_colour(hour, dark=theme.dark))
        for hour in range(0, _HOURS + 1, 3):
            text = str(hour)
            half = self.fontMetrics().horizontalAdvance(text) / 2
            painter.drawText(QPointF(left + room * hour / _HOURS - half, 2 * line + 2), text)


def hours_of(times: Floats, zone: tzinfo | None) -> np.ndarray:
    """The hour of the day of each time by the clocks of a zone."""
    if not len(times):
        return np.empty(0, dtype=int)
    changes = clock_changes(times[0], times[-1], zone)
    offsets = np.array([offset_s(at_s, zone) for at_s in (times[0], *changes)])
    local = times + offsets[np.searchsorted(np.array(changes, dtype=float), times, side="right")]
    return np.asarray(local % 86_400 // 3600, dtype=int)


def hour_colour(hour: int, *, dark: bool) -> QColor:
    """Blue at night, green in the morning, yellow at noon, red in the evening."""
    hue = (0.66 - hour / _HOURS) % 1.0
    return QColor.fromHsvF(hue, 0.75, 0.95 if dark else 0.8, 0.8)


def _seen(found: Pairs, hours: np.ndarray) -> np.ndarray:
    """The places of those pairs that no other one of their hour covers."""
    if not len(hours):
        return np.empty(0, dtype=int)
    codes = hours.astype(np.int64)
    for values in (found.xs, found.ys):
        span = float(values.max() - values.min()) or 1.0  # a number, see LARGEST
        codes = codes * (_CELLS + 1) + ((values - values.min()) / span * _CELLS).astype(np.int64)
    _, first = np.unique(codes, return_index=True)
    return first


def _plain(text: str) -> str:
    """For pyqtgraph, whose labels are HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
