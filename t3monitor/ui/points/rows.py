"""The points of all panels in their fixed order, one row each, and what a new snapshot does to them; without Qt."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from t3monitor.model.freshness import PanelState, is_link_up, panel_state
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.snapshot import Panel, PointGroup, Snapshot
from t3monitor.ui.kit.panel_names import PanelNames
from t3monitor.ui.kit.search import all_found, words_of
from t3monitor.ui.kit.texts import natural_key, reading_age_text
from t3monitor.ui.points.columns import POINT_SORT_KEYS, Column, search_text
from t3monitor.ui.points.filter import CHANGED_RECENTLY_S, PointFilter


@dataclass(slots=True)
class Part:
    """Rows side by side that were read at one time."""

    rows: range
    read_at: int | None  # UTC epoch seconds; None: never
    state: PanelState | None = None  # None: not judged yet
    age: str = ""

    @property
    def stale(self) -> bool:
        """Whether the points are old, or were never read."""
        return self.state in (PanelState.STALE, PanelState.NO_ANSWER)


@dataclass(slots=True)
class Block:
    """The points of one type of one panel: rows side by side."""

    panel: Panel
    panel_name: str  # with its site where there are several
    point_type: PointType
    points: tuple[Point, ...]
    first_row: int
    answered: bool  # the panel is in the newest snapshot
    parts: list[Part] = field(default_factory=list)  # more than one where T3000 reads the panel in groups
    shape: tuple[tuple[int, int], ...] = ()  # first and last number of those groups

    @property
    def rows(self) -> range:
        """The rows of its points."""
        return range(self.first_row, self.first_row + len(self.points))


@dataclass(slots=True)
class Update:
    """What a snapshot means for the rows: made by `PointRows.plan`, carried out by `PointRows.carry_out`."""

    panels: list[Panel]  # in the order of their rows
    panel_names: dict[int, str]  # by serial number
    answering: Collection[int]
    restructures: bool  # rows appear or vanish
    changed: dict[int, Point] = field(default_factory=dict)  # row -> the point as it was
    renamed: list[Block] = field(default_factory=list)


class PointRows:
    """Rows in the order panel number, type, number; a row's number is stable until rows appear or vanish.

    A panel that is missing in a snapshot keeps its rows, marked as not answering.
    """

    def __init__(self) -> None:
        self.all_blocks: list[Block] = []
        self.points: list[Point] = []  # of each row, as the following
        self.blocks: list[Block] = []
        self.parts: list[Part] = []
        self.changed_at: list[int] = []  # UTC epoch seconds; 0: not since the start
        self.now_s = 0.0
        self.links_up: Collection[str] | None = None  # the sites of which readings keep coming; None: nobody has said
        self._panels: list[Panel] = []
        self._names = PanelNames()
        self._search: list[str | None] = []  # None: to be made anew
        self._row_of: dict[PointKey, int] | None = None

    def plan(self, snapshot: Snapshot) -> Update:
        """Finds out what a snapshot changes, and changes nothing but what panels are called from now on.

        Points that did not change are the same objects as before, so this costs next to nothing for them.
        """
        self._names.learn(snapshot)
        newest = {panel.serial_number: panel for panel in snapshot.panels}
        known = {panel.serial_number: panel for panel in self._panels} | newest
        panels = sorted(known.values(), key=lambda panel: (panel.panel_id, panel.serial_number))
        names = {panel.serial_number: self._names.everywhere(panel.serial_number) for panel in panels}
        update = Update(panels, names, newest.keys(), restructures=False)
        if [panel.serial_number for panel in panels] != [panel.serial_number for panel in self._panels]:
            update.restructures = True
            return update
        for block, (panel, _, points) in zip(self.all_blocks, _vectors(panels), strict=True):
            if update.panel_names[panel.serial_number] != block.panel_name:
                update.renamed.append(block)
            if points is block.points:
                continue
            if len(points) != len(block.points):
                update.restructures = True
                return update
            for row, old, new in zip(block.rows, block.points, points, strict=True):
                if old is not new and old != new:
                    if old.point_index != new.point_index:
                        update.restructures = True
                        return update
                    update.changed[row] = old
        return update

    def carry_out(self, update: Update) -> None:
        """Takes over what was planned."""
        if update.restructures:
            self._restructure(update)
            return
        self._panels = update.panels
        for block, (panel, _, points) in zip(self.all_blocks, _vectors(update.panels), strict=True):
            if points is not block.points:
                self.points[block.first_row : block.first_row + len(points)] = points
                block.points = points
            block.panel = panel
            self._take_times(block)
            block.panel_name = update.panel_names[panel.serial_number]
            block.answered = panel.serial_number in update.answering
        for row in update.changed:
            self._search[row] = None
            self.changed_at[row] = self.parts[row].read_at or 0
        for block in update.renamed:
            self._search[block.first_row : block.first_row + len(block.points)] = [None] * len(block.points)

    def freshen(self, now_s: float, interval_s: int) -> tuple[list[Part], list[Part]]:
        """Ages as of now; gives the parts whose age reads differently, and those whose state is another."""
        self.now_s = now_s
        aged, turned = [], []
        judged: dict[tuple[int | None, bool, bool], tuple[PanelState, str]] = {}  # many are read in the same second
        for block in self.all_blocks:
            answers, link_is_up = block.answered, is_link_up(block.panel.site, self.links_up)
            for part in block.parts:
                about = part.read_at, answers, link_is_up
                if about not in judged:
                    state = panel_state(part.read_at, now_s, interval_s, answers=answers, link_is_up=link_is_up)
                    judged[about] = state, reading_age_text(part.read_at, now_s)
                state, age = judged[about]
                if state is not part.state:
                    part.state = state
                    turned.append(part)
                if age != part.age:
                    part.age = age
                    aged.append(part)
        return aged, turned

    def key(self, row: int) -> PointKey:
        """What identifies the point of a row."""
        point = self.points[row]
        return PointKey(self.blocks[row].panel.serial_number, point.point_type, point.point_index)

    def row_of(self, key: PointKey) -> int | None:
        """The row of a point; None if there is no such point."""
        if self._row_of is None:
            self._row_of = {self.key(row): row for row in range(len(self.points))}
        return self._row_of.get(key)

    def name_of(self, key: PointKey) -> str:
        """What to call a point among all others: by panel and label, and its id where the panel has the label twice."""
        row, name = self.row_of(key), f"{key.point_type.prefix}{key.point_index}"
        if row is not None and (label := self.points[row].label):
            own = (block for block in self.all_blocks if block.panel.serial_number == key.serial_number)
            is_alone = sum(point.label == label for block in own for point in block.points) == 1
            name = label if is_alone else f"{label} ({name})"
        return self._names.of_point(key.serial_number, name)

    def count(self, serial_number: int | None) -> int:
        """Points of a panel, or of all panels."""
        if serial_number is None:
            return len(self.points)
        return sum(len(block.points) for block in self.all_blocks if block.panel.serial_number == serial_number)

    def matching(self, wanted: PointFilter, whatever_their_text: Collection[int] = ()) -> list[int]:
        """The rows that a filter lets through, in their order.

        Words are not looked for in the rows of ``whatever_their_text``.
        """
        rows = self._with_state(wanted, self._of_panel_and_type(wanted))
        words = words_of(wanted.text)
        if not words:
            return rows
        return [row for row in rows if row in whatever_their_text or all_found(words, self._search_text(row))]

    def sorted(self, rows: Sequence[int], column: Column, *, descending: bool) -> list[int]:
        """The rows by the values of a column; equal ones in the order they come in, empty ones at the end."""
        key = self._sort_key(column)
        keys = {row: key(row) for row in rows}
        having = [row for row, value in keys.items() if value is not None]
        having.sort(key=keys.__getitem__, reverse=descending)
        return having + [row for row, value in keys.items() if value is None]

    def _search_text(self, row: int) -> str:
        text = self._search[row]
        if text is None:
            block = self.blocks[row]
            self._search[row] = text = search_text(block.panel_name, block.panel.serial_number, self.points[row])
        return text

    def _sort_key(self, column: Column) -> Callable[[int], Any]:
        points, blocks, parts = self.points, self.blocks, self.parts
        if column is Column.PANEL:
            return lambda row: natural_key(blocks[row].panel_name)
        if column is Column.AGE:
            return lambda row: None if (read_at := parts[row].read_at) is None else self.now_s - read_at
        if column is Column.CHANGED:
            return lambda row: self.now_s - self.changed_at[row] if self.changed_at[row] else None
        of_point = POINT_SORT_KEYS[column]
        return lambda row: of_point(points[row])

    def _take_times(self, block: Block) -> None:
        """When the rows of a block were read; where the groups are as before, only the times are others."""
        kind = block.point_type
        shape = tuple((group.first, group.last) for group in block.panel.groups.get(kind, ()))
        if block.parts and shape == block.shape:
            for part in block.parts:
                part.read_at = block.panel.point_read_at(kind, self.points[part.rows.start].point_index)
            return
        block.shape, block.parts = shape, _parts(block)
        for part in block.parts:
            self.parts[part.rows.start : part.rows.stop] = [part] * len(part.rows)

    def _of_panel_and_type(self, wanted: PointFilter) -> Iterator[int]:
        for block in self.all_blocks:
            right_panel = wanted.serial_number in (None, block.panel.serial_number)
            if right_panel and (not wanted.types or block.point_type in wanted.types):
                yield from block.rows

    def _with_state(self, wanted: PointFilter, rows: Iterable[int]) -> list[int]:
        points = self.points
        if not wanted.unused:
            rows = (row for row in rows if points[row].in_use)
        if wanted.has_states:
            rows = (row for row in rows if self._has_state(wanted, row))
        return list(rows)

    def _has_state(self, wanted: PointFilter, row: int) -> bool:
        point = self.points[row]
        return bool(
            (wanted.overridden and point.is_overridden)
            or (wanted.faulty and point.fault)
            or (wanted.stale and self.parts[row].stale)
            or (wanted.changed and self.changed_at[row] and self.now_s - self.changed_at[row] <= CHANGED_RECENTLY_S)
        )

    def _restructure(self, update: Update) -> None:
        old_rows = {self.key(row): row for row in range(len(self.points))}
        old_points, old_changed, old_search = self.points, self.changed_at, self._search
        known_blocks = {(block.panel.serial_number, block.point_type): block for block in self.all_blocks}
        self._panels, self._row_of = update.panels, None
        self.all_blocks, self.points, self.blocks, self.parts = [], [], [], []
        self.changed_at, self._search, update.changed = [], [], {}
        for panel, point_type, points in _vectors(update.panels):
            serial = panel.serial_number
            first_row = len(self.points)
            name, answers = update.panel_names[serial], serial in update.answering
            block = Block(panel, name, point_type, points, first_row, answers)
            self.all_blocks.append(block)
            self.points += points
            self.blocks += [block] * len(points)
            self.parts += [_UNREAD] * len(points)
            self._take_times(block)
            old_block = known_blocks.get((serial, point_type))
            if old_block is None:
                self.changed_at += [0] * len(points)
                self._search += [None] * len(points)
                continue
            same_name = old_block.panel_name == name
            for row, point in enumerate(points, start=first_row):
                old_row = old_rows.get(PointKey(serial, point_type, point.point_index))
                old = None if old_row is None else old_points[old_row]
                if old_row is None or old is None:
                    self.changed_at.append(0)
                    self._search.append(None)
                elif old is point or old == point:
                    self.changed_at.append(old_changed[old_row])
                    self._search.append(old_search[old_row] if same_name else None)
                else:
                    update.changed[row] = old
                    self.changed_at.append(self.parts[row].read_at or 0)
                    self._search.append(None)


_UNREAD = Part(range(0), None)


def _parts(block: Block) -> list[Part]:
    """The stretches of rows that were read together: those of a group, or else all of them."""
    panel, kind, points = block.panel, block.point_type, block.points
    if not panel.groups.get(kind):
        return [Part(block.rows, panel.point_read_at(kind, 0))] if points else []
    parts: list[Part] = []
    group: PointGroup | None = None
    for row, point in zip(block.rows, points, strict=True):
        number = point.point_index
        if group is None or not group.first <= number <= group.last:
            found = next((its for its in panel.groups[kind] if its.first <= number <= its.last), None)
            if not parts or found is not group:
                parts.append(Part(range(row, row), panel.point_read_at(kind, number)))
            group = found
        parts[-1].rows = range(parts[-1].rows.start, row + 1)
    return parts


def _vectors(panels: Iterable[Panel]) -> Iterator[tuple[Panel, PointType, tuple[Point, ...]]]:
    for panel in panels:
        for point_type, points, _ in panel.vectors():
            yield panel, point_type, points
