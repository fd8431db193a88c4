"""What another program's windows tell a screen reader, over AT-SPI: which widgets there are, and where."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtDBus import QDBusConnection, QDBusMessage

_ROOT = "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"
_ACCESSIBLE, _COMPONENT, _TABLE, _TEXT = (
    f"org.a11y.atspi.{name}" for name in ("Accessible", "Component", "Table", "Text")
)
_ENABLED = 1 << 8  # of the states that AT-SPI has
_CELLS = ("table", "tree", "list")  # which have too many children to ask for each of them


class UnseenError(LookupError):
    """No such widget is in sight, or no longer."""


class Widget(NamedTuple):
    """A widget or a cell in sight; places in pixels of the screen."""

    service: str
    path: str
    role: str
    name: str
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2

    def at(self, across: float, down: float) -> tuple[int, int]:
        """A place in it, by shares of its width and height."""
        return self.x + round(across * self.width), self.y + round(down * self.height)


class Tree:
    """The widgets of all programs on a screen."""

    def __init__(self) -> None:
        address = _call(QDBusConnection.sessionBus(), ("org.a11y.Bus", "/org/a11y/bus"), "org.a11y.Bus", "GetAddress")
        self._bus = QDBusConnection.connectToBus(str(address.arguments()[0]), "accessibility")

    def widgets(self, role: str, name: str) -> Iterator[Widget]:
        """Those in sight with a role whose name matches a pattern from its beginning."""
        for widget in self._below(_ROOT):
            if widget.role == role and re.match(name, widget.name):
                yield widget

    def widget(self, role: str, name: str = "") -> Widget:
        """The first of them."""
        for found in self.widgets(role, name):
            return found
        raise UnseenError(f"no {role} {name!r}")

    def button(self, name: str) -> Widget:
        """The first button of that name; one that is grey does nothing yet."""
        for role in ("push button", "check box", "button menu"):
            for found in self.widgets(role, name):
                if not self._is_enabled(found):
                    raise UnseenError(f"{found.name} is grey")
                return found
        raise UnseenError(f"no button {name!r}")

    def _is_enabled(self, widget: Widget) -> bool:
        told = re.search(r"\{(\d+)", repr(_call(self._bus, widget[:2], _ACCESSIBLE, "GetState")))
        return told is not None and bool(int(told[1]) & _ENABLED)

    def description(self, widget: Widget) -> str:
        return self._property(widget[:2], "Description")

    def text(self, widget: Widget) -> str:
        """All of what is written in it."""
        return str(_call(self._bus, widget[:2], _TEXT, "GetText", 0, -1).arguments()[0])

    def rows(self, table: Widget) -> int:
        told = _call(self._bus, table[:2], "org.freedesktop.DBus.Properties", "Get", _TABLE, "NRows").arguments()[0]
        return int(told.variant() if hasattr(told, "variant") else told)

    def cell(self, table: Widget, row: int, column: int) -> Widget:
        """A cell of a table or of a tree, wherever it is."""
        found = _references(_call(self._bus, table[:2], _TABLE, "GetAccessibleAt", row, column))
        if not found:
            raise UnseenError(f"no row {row} in {table.name!r}")
        return self._widget(found[0])

    def columns(self, table: Widget) -> list[str]:
        """Their headings, the hidden ones too."""
        first = self._children(table[:2], at_most=60)
        return [self._property(child, "Name") for child in first if _role(self._bus, child) == "column header"]

    def _below(self, parent: tuple[str, str]) -> Iterator[Widget]:
        for child in self._children(parent):
            try:
                widget = self._widget(child)
                if widget.width > 0:
                    yield widget
                if (widget.width > 0 and widget.role not in _CELLS) or parent == _ROOT:
                    yield from self._below(child)
            except UnseenError:
                continue

    def _children(self, parent: tuple[str, str], at_most: int = 0) -> list[tuple[str, str]]:
        if at_most:
            asked = (_call(self._bus, parent, _ACCESSIBLE, "GetChildAtIndex", index) for index in range(at_most))
            return [found for reply in asked for found in _references(reply)]
        return _references(_call(self._bus, parent, _ACCESSIBLE, "GetChildren"))

    def _widget(self, reference: tuple[str, str]) -> Widget:
        extents = re.search(r"\(iiii\) (-?\d+), (-?\d+), (-?\d+), (-?\d+)", repr(self._ask(reference, "GetExtents", 0)))
        role = _role(self._bus, reference)
        x, y, width, height = map(int, extents.groups()) if extents else (0, 0, 0, 0)
        return Widget(*reference, role, self._property(reference, "Name"), x, y, width, height)

    def _ask(self, reference: tuple[str, str], method: str, *arguments: int) -> QDBusMessage:
        return _call(self._bus, reference, _COMPONENT, method, *arguments)

    def _property(self, reference: tuple[str, str], name: str) -> str:
        reply = _call(self._bus, reference, "org.freedesktop.DBus.Properties", "Get", _ACCESSIBLE, name)
        told = reply.arguments()[0]
        return str(told.variant() if hasattr(told, "variant") else told)


def _role(bus: QDBusConnection, reference: tuple[str, str]) -> str:
    return str(_call(bus, reference, _ACCESSIBLE, "GetRoleName").arguments()[0])


def _call(
    bus: QDBusConnection, reference: tuple[str, str], interface: str, method: str, *arguments: object
) -> QDBusMessage:
    message = QDBusMessage.createMethodCall(*reference, interface, method)
    message.setArguments(list(arguments))
    reply = bus.call(message)
    if reply.type() == QDBusMessage.MessageType.ErrorMessage:
        raise UnseenError(f"{method}: {reply.errorMessage()}")
    return reply


def _references(reply: QDBusMessage) -> list[tuple[str, str]]:
    # PySide6 has only the writing half of QDBusArgument's arrays and structures, but prints what it holds.
    return re.findall(r'"(:[\d.]+)", \[ObjectPath: ([^\]]+)\]', repr(reply))
