"""Colours and palette, light and dark.

The colours of states are those of the trade (alarm white on red, fault black on orange, overridden black on magenta,
down black on yellow, stale black on tan), toned down in the dark theme. A state is always a word too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from t3monitor.config.settings import Appearance


@dataclass(frozen=True, slots=True)
class StateColours:
    """Text and background of a state's mark."""

    text: QColor
    background: QColor


@dataclass(frozen=True, slots=True)
class Theme:
    """All colours that widgets and plots use beyond the palette."""

    dark: bool
    window: QColor
    base: QColor
    alternate: QColor
    text: QColor
    muted: QColor  # secondary text; 4.5:1 on base
    border: QColor  # between parts that are seen without it
    outline: QColor  # of what is to be found: inputs, buttons, splitters; 3:1 on window and base
    accent: QColor
    accent_text: QColor
    good: QColor
    warning: QColor  # as text
    bad: QColor  # as text
    changed: QColor  # background of a value that just changed
    alarm: StateColours
    fault: StateColours
    overridden: StateColours
    down: StateColours
    stale: StateColours
    grid: QColor
    curves: tuple[QColor, ...]  # the first six are told apart by people with colour vision deficiency as well


def _colours(*names: str) -> tuple[QColor, ...]:
    return tuple(QColor(name) for name in names)


def _state(text: str, background: str) -> StateColours:
    return StateColours(QColor(text), QColor(background))


LIGHT = Theme(
    dark=False,
    window=QColor("#f3f4f6"),
    base=QColor("#ffffff"),
    alternate=QColor("#f8f9fb"),
    text=QColor("#1a1d21"),
    muted=QColor("#5b6470"),
    border=QColor("#d3d8de"),
    outline=QColor("#848b95"),
    accent=QColor("#1f6feb"),
    accent_text=QColor("#ffffff"),
    good=QColor("#1a7f37"),
    warning=QColor("#8a5a00"),
    bad=QColor("#b3261e"),
    changed=QColor("#fff3c4"),
    alarm=_state("#ffffff", "#c62828"),
    fault=_state("#000000", "#ffa64d"),
    overridden=_state("#000000", "#f2a0f2"),
    down=_state("#000000", "#ffe14d"),
    stale=_state("#000000", "#d9c29c"),
    grid=QColor("#e3e6ea"),
    curves=_colours(
        *("#2067d4", "#d1526b", "#0b6738", "#c47303", "#551b7f", "#2a2c33"),
        *("#008b9a", "#d6478f", "#6f7a1c", "#8a4b2a", "#8f6bd1", "#64788c"),
    ),
)

DARK = Theme(
    dark=True,
    window=QColor("#282c33"),
    base=QColor("#16181c"),
    alternate=QColor("#1b1e23"),
    text=QColor("#e4e7eb"),
    muted=QColor("#9aa4b0"),
    border=QColor("#434a54"),
    outline=QColor("#757d88"),
    accent=QColor("#4c94ff"),
    accent_text=QColor("#0b1220"),
    good=QColor("#5fc27e"),
    warning=QColor("#e6b455"),
    bad=QColor("#ff8a80"),
    changed=QColor("#4a4220"),
    alarm=_state("#ffffff", "#a52a2a"),
    fault=_state("#000000", "#d98a3d"),
    overridden=_state("#000000", "#c983c9"),
    down=_state("#000000", "#d4bb3f"),
    stale=_state("#000000", "#a8967a"),
    grid=QColor("#2b3037"),
    curves=_colours(
        *("#59a0ff", "#cf776b", "#90e89b", "#dc9f15", "#9f6e9d", "#ebecec"),
        *("#4fcbd8", "#ff9ccc", "#b5c350", "#c99a77", "#bb94f0", "#9fb3c8"),
    ),
)


_OUTLINED_BY_STYLE = "QAbstractSpinBox", "QComboBox", "QPushButton"
_OUTLINE_FACTOR = 140  # the style draws outlines in the colour of the window, so much darker

_in_force = LIGHT


def theme_for(appearance: Appearance) -> Theme:
    """The theme that the choice means on this desktop, now."""
    if appearance == Appearance.SYSTEM:
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme is Qt.ColorScheme.Dark else LIGHT
    return DARK if appearance == Appearance.DARK else LIGHT


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Gives the whole program the theme's palette and style sheet; every widget is painted anew."""
    global _in_force
    _in_force = theme
    style_sheet = _style_sheet(theme)
    if application.styleSheet() == style_sheet:
        return  # every widget would be drawn anew for nothing
    application.setPalette(_palette(theme))
    for kind in _OUTLINED_BY_STYLE:
        application.setPalette(_palette(theme, outlined=True), kind)  # type: ignore[arg-type] # PySide takes text, not bytes
    application.setStyleSheet(style_sheet)


def current_theme() -> Theme:
    """The theme in force; what is painted asks for it each time, so nobody needs to hear of another one."""
    return _in_force


@contextmanager
def drawn_in(theme: Theme) -> Iterator[None]:
    """Has what is painted meanwhile in colours of another theme: a page for paper, whatever the screen is like."""
    global _in_force
    before, _in_force = _in_force, theme
    try:
        yield
    finally:
        _in_force = before


def _palette(theme: Theme, *, outlined: bool = False) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for which, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.base),
        (role.AlternateBase, theme.alternate),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.Button, theme.window),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.bad),
        (role.ToolTipBase, theme.base),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.accent_text),
        (role.Link, theme.accent),
        (role.Mid, theme.outline),
        (role.Midlight, theme.border),
        (role.Light, theme.base),
        (role.Dark, theme.border),
        (role.Shadow, theme.border),
        (role.Accent, theme.accent),
    ):
        palette.setColor(which, colour)
    if outlined:
        palette.setColor(role.Window, theme.outline.lighter(_OUTLINE_FACTOR))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, which, theme.muted)
    return palette


def _style_sheet(theme: Theme) -> str:
    return f"""
        QToolTip {{
            color: {theme.text.name()}; background: {theme.base.name()}; border: 1px solid {theme.border.name()};
        }}
        QHeaderView::section {{
            background: {theme.window.name()}; color: {theme.muted.name()}; padding: 4px 6px;
            border: none; border-bottom: 1px solid {theme.border.name()};
        }}
        QTableView, QTreeView, QPlainTextEdit, QListView {{ border: 1px solid {theme.base.name()}; }}
        QTableView:focus, QTreeView:focus, QPlainTextEdit:focus, QListView:focus {{
            border-color: {theme.accent.name()};
        }}
        QToolButton:focus {{ border: 1px solid {theme.accent.name()}; border-radius: 3px; }}
        QToolButton:checked:focus {{ background: {theme.border.name()}; }}
        QToolButton[has_menu="true"]::menu-indicator {{ image: none; }}
        PlotStack {{ border: 1px solid {theme.base.name()}; }}
        PlotStack[focused="true"] {{ border-color: {theme.accent.name()}; }}
        Foot {{ border: none; border-top: 1px solid {theme.base.name()}; }}
        Foot[beneath="true"] {{ border-top-color: {theme.outline.name()}; }}
        *[framed="true"] {{ border: 1px solid {theme.outline.name()}; }}
        *[framed="true"]:focus {{ border-color: {theme.accent.name()}; }}
        QLineEdit {{
            background: {theme.base.name()}; border: 1px solid {theme.outline.name()};
            border-radius: 3px; padding: 2px 4px;
        }}
        QLineEdit:focus {{ border-color: {theme.accent.name()}; }}
        {_indicators(theme)}
        QSplitter::handle {{ background: {theme.outline.name()}; }}
        QToolBar {{ border: none; border-bottom: 1px solid {theme.border.name()}; spacing: 4px; padding: 4px 6px; }}
        QStatusBar {{ border-top: 1px solid {theme.border.name()}; }}
        QStatusBar::item {{ border: none; }}
        *[muted="true"] {{ color: {theme.muted.name()}; }}
        *[tone="NONE"] {{ color: {theme.muted.name()}; }}
        *[tone="GOOD"] {{ color: {theme.good.name()}; }}
        *[tone="CAUTION"] {{ color: {theme.warning.name()}; }}
        *[tone="BAD"] {{ color: {theme.bad.name()}; }}
        *[heading="true"] {{ font-weight: 600; }}
        #qt_calendar_navigationbar {{ background: {theme.window.name()}; }}
        #qt_calendar_navigationbar QToolButton {{ color: {theme.text.name()}; }}
        #banner {{ background: {theme.fault.background.name()}; }}
        #banner > Label {{ color: {theme.fault.text.name()}; }}
        {_cards(theme)}
    """


def _cards(theme: Theme) -> str:
    """Large buttons, the first of which is what most want."""
    text = theme.text.name()
    return f"""
        QPushButton[card] {{
            color: {text}; background: {theme.base.name()}; font-weight: 600;
            border: 1px solid {theme.outline.name()}; border-radius: 8px; padding: 12px;
        }}
        QPushButton[card="first"] {{
            color: {theme.accent_text.name()}; background: {theme.accent.name()}; border-color: {theme.accent.name()};
        }}
        QPushButton[card]:hover {{ border-color: {text}; }}
        QPushButton[card]:focus {{ border: 2px solid {text}; }}
    """


def _indicators(theme: Theme) -> str:
    """Boxes and rings with an outline that is seen on any background; the style's own vanishes in the dark."""
    mark = files("t3monitor.resources") / "icons" / f"checked-{'dark' if theme.dark else 'light'}.svg"
    muted, base, accent = theme.muted.name(), theme.base.name(), theme.accent.name()
    return f"""
        QCheckBox::indicator, QTreeView::indicator, QRadioButton::indicator {{
            width: 13px; height: 13px; border: 1px solid {muted}; background: {base};
        }}
        QCheckBox::indicator, QTreeView::indicator {{ border-radius: 3px; }}
        QRadioButton::indicator {{ border-radius: 7px; }}
        QCheckBox::indicator:hover, QTreeView::indicator:hover, QRadioButton::indicator:hover,
        QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border-color: {accent}; }}
        QCheckBox::indicator:checked, QTreeView::indicator:checked {{
            border-color: {accent}; background: {accent}; image: url("{Path(str(mark)).as_posix()}");
        }}
        QRadioButton::indicator:checked {{
            border-color: {accent};
            background: qradialgradient(
                cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
                stop: 0 {accent}, stop: 0.55 {accent}, stop: 0.65 {base}, stop: 1 {base}
            );
        }}
        QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{
            border-color: {theme.border.name()};
        }}
        QCheckBox::indicator:checked:disabled {{ background: {muted}; border-color: {muted}; }}
    """
