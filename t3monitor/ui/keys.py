"""The keys of the window, in the one list that Help shows; tests press each and look for one that is missing."""

from typing import NamedTuple

from t3monitor.ui.kit.texts import translate


class Keys(NamedTuple):
    """Keys that do the same, by the names that QKeySequence knows, or a range of them; where, and what they do."""

    place: str
    keys: tuple[str, ...]
    what: str


def window_keys() -> list[Keys]:
    """Those that work everywhere in the window."""
    place = _tr("Everywhere")
    return [
        Keys(place, keys, what)
        for keys, what in (
            (("F5",), _tr("Sync once")),
            (("F6",), _tr("Start")),
            (("Shift+F6",), _tr("Stop")),
            (("Ctrl+F",), _tr("Find a point by any words; from the table of points, typing is enough")),
            (("Ctrl+T",), _tr("Go to the trend")),
            (("Ctrl+E",), _tr("Export what is seen at once, as and where the last time")),
            (("Ctrl+Shift+E",), _tr("Export it to a file of a name, a kind and a place that you choose")),
            (("Ctrl+Shift+C",), _tr("Copy the trend as a picture")),
            (("F11",), _tr("The trend alone, or with devices and points")),
            (("Ctrl+J",), _tr("Activity: log and cycles")),
            (("Ctrl+,",), _tr("Settings")),
            (("F1",), _tr("This list")),
            (("Ctrl+Q",), _tr("Quit")),
        )
    ]


def table_keys() -> list[Keys]:
    """Those of the tables."""
    devices, points, activity, plotted = _tr("Devices"), _tr("Points"), _tr("Activity"), _tr("Plotted points")
    return [
        Keys(devices, ("Return",), _tr("To the points of the panel")),
        Keys(points, ("Return",), _tr("Plot the chosen points")),
        Keys(points, ("Ctrl+C",), _tr("Copy them for a spreadsheet")),
        Keys(points, ("Ctrl+A",), _tr("Choose all")),
        Keys(points, ("Esc",), _tr("In the search box: all points again")),
        Keys(points, ("Down",), _tr("In the search box: to what was found")),
        Keys(plotted, ("Up", "Down"), _tr("Another row, which is told apart in the plot")),
        Keys(plotted, ("Space",), _tr("Hide or show it")),
        Keys(plotted, ("F2", "Return"), _tr("Its colour and line")),
        Keys(plotted, ("Alt+Up", "Alt+Down"), _tr("Move it")),
        Keys(plotted, ("Del",), _tr("Remove it")),
        Keys(_tr("Figures of the trend"), ("F2",), _tr("In a column of limits, or of the dead band: type another one")),
        Keys(_tr("Figures of the trend"), ("Ctrl+C",), _tr("Copy all figures for a spreadsheet")),
        Keys(
            activity,
            ("Return",),
            _tr("Show the time of the cycle or note in the trend; plot the point of a difference"),
        ),
        Keys(activity, ("Ctrl+C",), _tr("Copy the chosen rows")),
        Keys(activity, ("F2", "Del", "Ctrl+Z"), _tr("Change or delete notes, take that back; rename a baseline")),
    ]


def trend_keys() -> list[Keys]:
    """Those of the trend."""
    place = _tr("Trend")
    return [
        Keys(place, keys, what)
        for keys, what in (
            (("Left", "Right"), _tr("A tenth of the window back or forth")),
            (("PgUp", "PgDown"), _tr("One window, or the day or week of the calendar that is shown, back or forth")),
            (("Ctrl+PgUp", "Ctrl+PgDown"), _tr("A day back or forth")),
            (("Up", "Down"), _tr("Plots and lanes up or down, where a low window has no room for all")),
            (("T", "Y", "W"), _tr("Today, yesterday, this week")),
            (("F",), _tr("Fit data: the readings connected with those in sight; once more, all of them")),
            (("N",), _tr("A note at the cursor, else from A to B, else about the time in sight")),
            (("+", "-"), _tr("Zoom in or out around the cursor")),
            (("Home",), _tr("Follow the present")),
            (("Shift+Left", "Shift+Right"), _tr("The cursor to the sample before or after")),
            (("Ctrl+Left", "Ctrl+Right"), _tr("The cursor to the sample before or after")),
            (("A", "B"), _tr("Stand cursor A or B where the cursor is: between them figures are told")),
            (("S",), _tr("The figures of the time between A and B, or in sight")),
            (("Esc",), _tr("The cursor goes, and A and B")),
            (("Ctrl+Z", "Ctrl+Y"), _tr("Undo and redo, also from tables: points, time, what is hidden, the time zone")),
        )
    ]


def _tr(text: str) -> str:
    return translate("Keys", text)
