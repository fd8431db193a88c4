"""What the points table costs with 100 panels: a cycle's update, a key typed in the search box, a click on a title.

``python -m benchmarks.tables`` prints medians in milliseconds; painting is that of a 1280×800 window, off screen.
"""

import os
import statistics
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from benchmarks import answers
from benchmarks.measure import timed_ms
from t3monitor.model.snapshot import Snapshot
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.ui.devices.view import DevicesView
from t3monitor.ui.kit.theme import LIGHT, apply_theme
from t3monitor.ui.points.columns import Column
from t3monitor.ui.points.filter import PointFilter
from t3monitor.ui.points.view import PointsView

SIZE = (1280, 800)
CYCLES = 15
_TYPED = "supply air temp"


def measure(cycles: int = CYCLES) -> dict[str, float]:
    """Medians in milliseconds, by what was measured."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT)
    medians: dict[str, float] = {}
    for input_ in answers.INPUTS:
        snapshots = list(_snapshots(input_, cycles + 1))
        changes = statistics.median(_changes(old, new) for old, new in pairwise(snapshots))
        for unused in (False, True):
            shown = "all points shown" if unused else "points in use shown"
            view = _view(application, snapshots[0], unused=unused)
            medians[f"update and repaint, {changes:.0f} changes, {shown}"] = statistics.median(
                _updates(application, view, snapshots[1:])
            )
            if input_ == "demo":
                medians |= _searches_and_sorts(application, view, shown, now_s=snapshots[-1].received_at)
            view.close()
        medians[f"update of the device tree, {changes:.0f} changes"] = statistics.median(_tree_updates(snapshots))
    return medians


def main() -> None:
    """Prints the table."""
    for what, median_ms in measure().items():
        print(f"{what:<70} {median_ms:8.1f} ms")


def _snapshots(input_: str, count: int) -> Iterator[Snapshot]:
    decoder = AnswerDecoder()
    for received_at, body in answers.INPUTS[input_](count):
        yield decoder.decode(body, received_at)


def _changes(old: Snapshot, new: Snapshot) -> int:
    return sum(
        before is not after
        for old_panel, new_panel in zip(old.panels, new.panels, strict=True)
        for before, after in zip(old_panel.points(), new_panel.points(), strict=True)
    )


def _view(application: QApplication, first: Snapshot, *, unused: bool) -> PointsView:
    view = PointsView()
    view.resize(*SIZE)
    view.set_now(first.received_at, answers.INTERVAL_S)
    view.apply(first)
    view.filter_bar.set_filter(PointFilter(unused=unused))
    view.show()
    application.processEvents()
    return view


def _updates(application: QApplication, view: PointsView, snapshots: Iterable[Snapshot]) -> Iterator[float]:
    for snapshot in snapshots:
        view.set_now(snapshot.received_at, answers.INTERVAL_S)
        application.processEvents()
        yield _painted_ms(application, lambda s=snapshot: view.apply(s))  # type: ignore[misc]


def _tree_updates(snapshots: list[Snapshot]) -> Iterator[float]:
    view = DevicesView()
    view.apply(snapshots[0])
    for snapshot in snapshots[1:]:
        yield timed_ms(lambda s=snapshot: view.apply(s))  # type: ignore[misc]


def _searches_and_sorts(application: QApplication, view: PointsView, shown: str, *, now_s: int) -> dict[str, float]:
    typed = [_TYPED[:length] for length in range(1, len(_TYPED) + 1)]
    first, *keys = [_painted_ms(application, lambda t=text: view.search.setText(t)) for text in typed]  # type: ignore[misc]
    view.search.clear()
    orders = [Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder]
    sorts = {
        column: [
            _painted_ms(application, lambda c=column, o=order: view.table.sortByColumn(c, o))  # type: ignore[misc]
            for order in orders
        ]
        for column in (Column.VALUE, Column.FULL_LABEL)
    }
    view.table.sortByColumn(-1, orders[0])
    clock = [
        _painted_ms(application, lambda s=seconds: view.set_now(now_s + s, answers.INTERVAL_S))  # type: ignore[misc]
        for seconds in range(1, 10)
    ]
    return {
        f"first key in the search box, {shown}": first,
        f"each further key, {shown}": statistics.median(keys),
        f"sort by value, {shown}": statistics.median(sorts[Column.VALUE]),
        f"sort by full label, {shown}": statistics.median(sorts[Column.FULL_LABEL]),
        f"ages, each second, {shown}": statistics.median(clock),
    }


def _painted_ms(application: QApplication, work: Callable[[], object]) -> float:
    def work_and_paint() -> None:
        work()
        application.processEvents()

    return timed_ms(work_and_paint)


if __name__ == "__main__":
    main()
