"""The pictures of an evidence pack: of a view in sight, or of points of which no window shows anything."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt

from t3monitor.exchange.evidence.pack import Picture
from t3monitor.exchange.table import Table
from t3monitor.model.errors import DatabaseError
from t3monitor.model.series_keys import StoredKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.store.causes.holes import holes_of_points
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.marks import read_marks
from t3monitor.store.reading import give_up_when
from t3monitor.store.work import LongWork
from t3monitor.ui.trend.export.picture import as_file, as_image, as_pdf_of
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.trend_page import TrendPage
from t3monitor.ui.trend.view import TrendView

MOST_DRAWN = 24  # lines that can be told apart on a page
_SIZE = 1280, 800
_LOOK_S, _QUIET_LOOKS = 0.02, 10  # what ends may begin something else
T = TypeVar("T")


async def picture_of(page: TrendPage, shows: str) -> Picture:
    """What a trend shows, without telling when it was drawn; in the GUI thread, which it leaves between its steps."""
    made, end_s = page.make(tells_when=False), page.state.time_range.end_s
    image = as_image(made)
    png = await asyncio.to_thread(as_file, image)
    return Picture(png, as_pdf_of(made, end_s), shows)


async def drawn(url: str, table: Table, known: Snapshot, work: LongWork) -> Picture:
    """The first points of a table, drawn as a window would at the end of its time; in the GUI thread.

    Raises DatabaseError and CancelledWorkError.
    """
    shown = table.series[:MOST_DRAWN]
    view = _view(url, table, work)
    failures: list[str] = []
    view.loader.failed.connect(lambda _request, problem: failures.append(problem))
    try:
        if table.zone:
            view.set_zones(dict.fromkeys({panel.site for panel in (*known.panels, *known.silent)}, table.zone))
        view.page.site_name = ", ".join(dict.fromkeys(series.site for series in shown if series.site))
        view.state.show_range(TimeRange(table.start_s, table.end_s))
        view.state.add([series.key for series in shown])
        view.describe(known)
        quiet = 0
        while quiet < _QUIET_LOOKS and not failures:
            work.tell(None)
            quiet = 0 if view.is_busy else quiet + 1
            await asyncio.sleep(_LOOK_S)
        if failures:
            raise DatabaseError(failures[0])
        count = len(table.series)
        shows = "all points" if count == len(shown) else f"the first {len(shown)} of the {count:,} points"
        return await picture_of(view.page, shows)
    finally:
        view.forget()
        view.deleteLater()
        QCoreApplication.sendPostedEvents(view, QEvent.Type.DeferredDelete)


def _view(url: str, table: Table, work: LongWork) -> TrendView:
    async def read(function: Callable[..., T], *arguments: Any) -> T:
        def run() -> T:
            give_up_when(lambda: work.is_cancelled)
            return function(*arguments)

        return await asyncio.to_thread(run)

    reader = HistoryReader(url)
    labels: dict[object, str] = {series.key: series.label for series in table.series}

    def history(
        keys: Sequence[StoredKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[StoredKey, tuple[Series, ...]]:
        """Of the table's time alone: a window reads as much on both sides, to which nobody moves here."""
        begin_s, until_s = max(start_s, table.start_s), min(end_s, table.end_s)
        found = reader.read_many(keys, begin_s, until_s, ceil(max_points * (until_s - begin_s) / (end_s - start_s)))
        return {key: tuple(as_of_end(key, parts)) for key, parts in found.items()}

    def as_of_end(key: StoredKey, parts: Sequence[Series]) -> list[Series]:
        """What was read until then, as it was called then; that of the last reading last."""
        until_end = (part for one in parts if (part := one.before(table.end_s)))
        named = (replace(part, label=labels.get(key, part.label)) for part in until_end)
        return sorted(named, key=lambda part: float(part.ends_utc_s[-1]))

    view = TrendView(
        partial(read, history),
        lambda: table.end_s,
        explain=lambda keys, start_s, end_s: read(
            holes_of_points, url, keys, start_s, min(end_s, table.end_s), table.end_s
        ),
        read_marks=lambda keys, start_s, end_s: read(read_marks, url, keys, start_s, min(end_s, table.end_s)),
        in_thread=read,
    )
    view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    view.resize(*_SIZE)
    view.show()
    return view
