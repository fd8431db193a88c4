"""What is told of a stretch of time as two tables, of values and of states, and as text; plain data."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from t3monitor.model.numbers import difference, exact_text, number_text, typed
from t3monitor.model.series_keys import SeriesKey
from t3monitor.model.times import duration_text
from t3monitor.model.units import hours_minutes_seconds, is_counter, is_measured, shows_time, written_unit
from t3monitor.store.history.statistics import KNOWN_WELL, StateTime
from t3monitor.ui.kit.table_text import Figure, table_text
from t3monitor.ui.kit.texts import local_time_text, translate
from t3monitor.ui.trend.holes.hole_texts import cause_texts
from t3monitor.ui.trend.legend.figures import share_text
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.series.words_told import by_word
from t3monitor.ui.trend.stretch.stretch import Bounds
from t3monitor.ui.trend.stretch.stretch_told import Part, Told, dead_band


class Cell(NamedTuple):
    """What a cell says, and what is copied of it: a number without its unit, or several cells."""

    text: str = ""  # of hours over a limit without the unit, which is that of the integral
    copied: tuple[str, ...] = ("",)
    bound: str = ""  # which of `Bounds` is typed there
    brief: str = ""  # the text in little room, if it can be shorter


class Head(NamedTuple):
    """The titles over a column, and over what is copied of it."""

    title: str
    copied: tuple[str, ...]
    brief: str = ""  # the title in little room, if it can be shorter
    gives_way: int = 0  # the how-manieth one is to go where there is no room; 0: none


class Row(NamedTuple):
    """A series in one unit, or in one of its states."""

    key: SeriesKey
    unit: str  # by which bounds are kept
    cells: tuple[Cell, ...]
    is_partial: bool  # of less time than what is known well
    remark: str


class Table(NamedTuple):
    """Rows below their titles."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]

    def filled(self, column: int) -> bool:
        """Whether a column says anything, or is typed into."""
        return any(row.cells[column].text or row.cells[column].bound for row in self.rows)


class Tables(NamedTuple):
    """The table of values, and that of states."""

    values: Table
    states: Table


def tables(
    told: Mapping[SeriesKey, Told], traces: Callable[[SeriesKey], Trace], bounds: Mapping[str, Bounds]
) -> Tables:
    """The figures of these series, in their order."""
    values: list[Row] = []
    states: list[Row] = []
    for key, its in told.items():
        trace, rows = traces(key), len(values) + len(states)
        alike: dict[tuple[object, ...], list[Part]] = {}  # of states, whatever they were called
        for part in its.parts:
            if is_measured(digital=part.series.digital, range_=part.series.range):
                values.append(_value_row(trace, part, its, bounds.get(part.series.units, Bounds())))
            else:
                alike.setdefault(part.series.kind[:-1], []).append(part)
        for parts in alike.values():
            states += _state_rows(trace, parts, its)
        if len(values) + len(states) == rows:  # nothing is known
            own, heads = (states, _state_heads()) if _has_states(trace) else (values, _value_heads())
            blank = [Cell(copied=("",) * len(head.copied)) for head in heads[2:-1]]
            own.append(_row(trace, "", blank, its, is_exact=True))
    return Tables(Table(_value_heads(), tuple(values)), Table(_state_heads(), tuple(states)))


def copied(shown: Tables, heading: str) -> str:
    """Both tables for a spreadsheet, under a line that says of which time they are."""
    parts = [table_text([heading], ())]
    for table in shown:
        if table.rows:
            rows = ([text for cell in row.cells for text in cell.copied] for row in table.rows)
            parts.append(table_text([title for head in table.heads for title in head.copied], rows))
    return "\n".join(parts)


def spoken(shown: Tables, heading: str) -> str:
    """The same as lines to read."""
    lines = [heading]
    for table in shown:
        for row in table.rows:
            figures = [
                f"{head.title} {f'{cell.brief} {cell.copied[1]}' if cell.brief else cell.text}"
                for head, cell in zip(table.heads[1:-1], row.cells[1:-1], strict=True)
                if cell.text
            ]
            lines.append(f"{row.cells[0].text}: {', '.join(figures)}" + (f" ({row.remark})" if row.remark else ""))
    return "\n".join(lines) + "\n"


def heading_text(told: Sequence[Told], a_s: float | None, b_s: float | None, zone: tzinfo | None) -> str:
    """Of which time it is told: between A and B with its length, or in sight."""
    if a_s is not None and b_s is not None and a_s != b_s:
        times = (local_time_text(at_s, zone) for at_s in (a_s, b_s))
        sign = "−" if b_s < a_s else ""
        length = sign + hours_minutes_seconds(abs(b_s - a_s))
        return translate("Stretch", "A %s – B %s, Δt %s") % (*times, length)
    if not told:
        return translate("Stretch", "In sight")
    start_s, end_s = min(its.start_s for its in told), max(its.end_s for its in told)
    return translate("Stretch", "In sight, %s – %s") % (local_time_text(start_s, zone), local_time_text(end_s, zone))


def _has_states(trace: Trace) -> bool:
    series = trace.series[-1] if trace.series else None
    return series is not None and not is_measured(digital=series.digital, range_=series.range)


# -- values ------------------------------------------------------------------------------------------------------------


def _value_heads() -> tuple[Head, ...]:
    def tr(text: str) -> str:
        return translate("Stretch", text)

    names = (
        *(tr("Unit"), "A", "B", "Δ", tr("Min"), tr("Mean"), tr("Max"), tr("Std dev")),
        *(tr("Integral"), tr("High"), tr("Over"), tr("Time over"), tr("Low"), tr("Under")),
        *(tr("Time under"), tr("Increase"), tr("Reversals"), tr("Dead band")),
    )
    copied: dict[str, tuple[str, ...]] = {
        name: (name, tr("Unit")) for name in (tr("Integral"), tr("Over"), tr("Under"))
    }
    copied |= {name: (f"{name} s",) for name in (tr("Time over"), tr("Time under"))}
    copied |= {tr("High"): (tr("High limit"),), tr("Low"): (tr("Low limit"),)}
    brief = {
        tr("Std dev"): "σ",
        tr("Time over"): tr("t over"),
        tr("Time under"): tr("t under"),
        tr("Reversals"): tr("Rev."),
        tr("Dead band"): tr("Band"),
    }
    gives_way = {"Δ": 2, tr("Std dev"): 3, tr("Integral"): 4}
    heads = (Head(name, copied.get(name, (name,)), brief.get(name, ""), gives_way.get(name, 0)) for name in names)
    return (*_first_heads(), *heads, _last_head())


def _value_row(trace: Trace, part: Part, its: Told, bounds: Bounds) -> Row:
    series, told = part.series, part.told
    unit = written_unit(series.units, point_type=trace.of.point_type, range_=series.range)
    is_time = shows_time(trace.of.point_type, series.range)

    def value(number: float | None) -> Cell:
        if number is None:
            return Cell()
        text = trace.text_of(series, number, with_unit=False)
        return Cell(text, (Figure(f"{round(number, 3):.15g}" if is_time else typed(text)),))

    def hours(number: float | None, *, with_unit: bool = False) -> Cell:
        if number is None or is_time:
            return Cell(copied=("", ""))
        text = number_text(number, unit)
        return Cell(f"{text} {unit}·h" if with_unit else text, (Figure(typed(text)), f"{unit}·h"), brief=text)

    def bound(name: str, number: float | None) -> Cell:
        text = "" if number is None else exact_text(number)
        return Cell(text, (Figure(typed(text)) if text else "",), bound=name)

    more = None if part.at_a is None or part.at_b is None else difference(part.at_b, part.at_a)
    delta = value(more)
    if more is not None and more > 0:
        delta = delta._replace(text=f"+{delta.text}")
    cells = [
        Cell("h:mm:ss" if is_time else unit, ("s" if is_time else unit,)),
        value(part.at_a),
        value(part.at_b),
        delta,
        *map(value, (told.minimum, told.mean, told.maximum, told.deviation)),
        hours(None if is_counter(series.units) else told.integral, with_unit=True),
        bound("high", bounds.high),
        hours(told.over_limit),
        _time(told.over_limit_s),
        bound("low", bounds.low),
        hours(told.under_limit),
        _time(told.under_limit_s),
        value(told.increase),
        _count(told.reversals),
        Cell() if told.reversals is None else bound("dead_band", dead_band(bounds)),
    ]
    return _row(trace, series.units, cells, its, is_exact=part.is_exact)


# -- states ------------------------------------------------------------------------------------------------------------


def _state_heads() -> tuple[Head, ...]:
    def tr(text: str) -> str:
        return translate("Stretch", text)

    return (
        *_first_heads(),
        Head(tr("State"), (tr("State"),)),
        Head("A", ("A",)),
        Head("B", ("B",)),
        Head(tr("Runtime"), (tr("Runtime") + " s",)),
        Head(tr("Share"), (tr("Share") + " %",)),
        Head(tr("Starts"), (tr("Starts"),)),
        Head(tr("Starts/h"), (tr("Starts/h"),)),
        Head(tr("Shortest"), (tr("Shortest") + " s",)),
        Head(tr("Longest"), (tr("Longest") + " s",)),
        _last_head(),
    )


def _state_rows(trace: Trace, parts: Sequence[Part], its: Told) -> list[Row]:
    """A row for each word of the states that it was in, of two for both; without known time one that says so."""

    def cell(text: str) -> Cell:
        return Cell(text, (text,))

    def at(value: Callable[[Part], float | None]) -> Cell:
        held = [(part.series, found) for part in parts if (found := value(part)) is not None]
        return cell(trace.text_of(*held[0]) if held else "")

    at_cursors = [at(lambda part: part.at_a), at(lambda part: part.at_b)]
    known_s = sum(part.told.known_s for part in parts)
    times = by_word(trace, ((part.series, _states(part)) for part in parts))
    rows = [[cell(word), *at_cursors, *_state_cells(state, known_s)] for word, state in times.items()]
    is_exact = all(part.is_exact for part in parts)
    return [_row(trace, "", cells, its, is_exact=is_exact) for cells in rows or [[Cell(), *at_cursors, *[Cell()] * 6]]]


def _states(part: Part) -> tuple[StateTime, ...]:
    """Also the one of two in which it never was: that it did not run is an answer."""
    found = part.told.states
    if not part.series.digital or len(found) != 1:
        return found
    never = StateTime(0.0 if found[0].state else 1.0, 0.0, None if found[0].starts is None else 0, None, None)
    return tuple(sorted((found[0], never), key=lambda its: its.state))


def _state_cells(state: StateTime, known_s: float) -> list[Cell]:
    share = state.seconds / known_s
    an_hour = None if state.starts is None else state.starts / (known_s / 3600)
    return [
        _time(state.seconds),
        Cell(f"{100 * share:.1f} %", (Figure(f"{100 * share:.2f}"),)),
        _count(state.starts),
        Cell() if an_hour is None else Cell(f"{an_hour:.2f}", (Figure(f"{an_hour:.2f}"),)),
        _time(state.shortest_s),
        _time(state.longest_s),
    ]


# -- both --------------------------------------------------------------------------------------------------------------


def _first_heads() -> tuple[Head, Head]:
    known = translate("Stretch", "Known")
    name = Head(translate("Stretch", "Series"), (translate("Stretch", "Panel"), translate("Stretch", "Label")))
    return name, Head(known, (f"{known} %",))


def _last_head() -> Head:
    return Head(translate("Stretch", "Remarks"), (translate("Stretch", "Remarks"),), gives_way=1)  # tooltips have them


def _row(trace: Trace, unit: str, cells: Sequence[Cell], its: Told, *, is_exact: bool) -> Row:
    is_partial, names = bool(its.asked_s) and its.known < KNOWN_WELL, trace.names
    remark = _remark(its, is_exact=is_exact)
    return Row(
        trace.key,
        unit,
        (
            Cell(f"{names.own} · {names.panel}", (names.panel, names.own)),
            Cell(
                f"{'◔ ' if is_partial else ''}{share_text(its.known) if its.asked_s else '–'}",
                (Figure(f"{100 * its.known:.2f}"),),
            ),
            *cells,
            Cell(remark, (remark,)),
        ),
        is_partial,
        remark,
    )


def _remark(its: Told, *, is_exact: bool) -> str:
    """What must not be overlooked: what figures are made of, and why some of the time is missing."""
    if its.end_s <= its.start_s:
        return translate("Stretch", "nothing is told of this time yet")
    if not its.asked_s:
        return translate("Stretch", "the condition did not hold at any time")
    told = [] if is_exact else [translate("Stretch", "from means")]
    if 0 < its.known < KNOWN_WELL:
        told.append(translate("Stretch", "partial"))
    missing_s = its.asked_s - its.known_s
    if missing_s >= 1:
        causes = cause_texts(its.missing)
        if its.doubtful_s >= 1:
            doubt = translate("Stretch", "it is not known whether the condition held")
            causes.append(f"{doubt} {duration_text(its.doubtful_s)}")
        why = "; ".join(causes)
        told.append(f"{translate('Stretch', 'missing %s') % duration_text(missing_s)}: {why}")
    return ", ".join(told)


def _time(seconds: float | None) -> Cell:
    return Cell() if seconds is None else Cell(hours_minutes_seconds(seconds), (Figure(f"{seconds:.0f}"),))


def _count(number: int | None) -> Cell:
    return Cell() if number is None else Cell(f"{number}", (Figure(f"{number}"),))
