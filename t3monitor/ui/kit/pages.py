"""What the pages of the drawer are made of."""

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableView, QToolButton, QVBoxLayout, QWidget

from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.layout import LEAST_TABLE_PX
from t3monitor.ui.kit.plain import Label, tooltip


def table(model: QAbstractItemModel, name: str, *, stretched: int) -> QTableView:
    """Rows to read, with a column that takes what room is left."""
    view = QTableView(showGrid=False, wordWrap=False, cornerButtonEnabled=False)
    view.setAlternatingRowColors(True)
    view.setTabKeyNavigation(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setAccessibleName(name)
    view.setMinimumHeight(LEAST_TABLE_PX)
    view.setModel(model)
    rows = view.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(view.fontMetrics().height() + 6)
    columns = view.horizontalHeader()
    columns.setHighlightSections(False)
    columns.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return view


def lay_out_page(page: QWidget, controls: QHBoxLayout, *content: QWidget) -> None:
    """Puts the content below a row of controls, where the Tab key comes to it after them."""
    controls.setContentsMargins(6, 4, 6, 4)
    controls.setSpacing(8)
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addLayout(controls)
    for widget in content:
        layout.addWidget(widget, 0 if isinstance(widget, Label) else 1)


def tool_button(text: str, explanation: str, icon_name: str = "") -> QToolButton:
    """A flat button with a word, perhaps with an icon before it."""
    button = QToolButton(autoRaise=True)
    button.setText(text)
    button.setToolTip(tooltip(explanation))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if icon_name:
        button.setIcon(icon(icon_name))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def add_key(widget: QWidget, key: Qt.Key | QKeySequence.StandardKey, act: Callable[[], object], name: str = "") -> None:
    """Has a key do something while the widget has the focus."""
    action = QAction(name, widget, shortcut=QKeySequence(key))
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(act)
    widget.addAction(action)
