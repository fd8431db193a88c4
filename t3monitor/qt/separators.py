"""How spreadsheets of this computer write numbers and tell cells apart."""

import ctypes
import sys

from PySide6.QtCore import QLocale

from t3monitor.exchange.table import Separators

_LIST_SEPARATOR = 0x0C  # LOCALE_SLIST
_LONGEST = 8  # characters; Windows takes three at most


def separators() -> Separators:
    """Those of its language; on Windows those of its regional settings, as the user may have changed them.

    The decimal point does not tell what stands between cells: in Switzerland it is a semicolon beside a point.
    """
    return Separators.of(QLocale.system().decimalPoint(), _list_separator())


def _list_separator() -> str:
    """What Excel takes between cells; empty: the system has no such setting."""
    if sys.platform != "win32":
        return ""
    text = ctypes.create_unicode_buffer(_LONGEST)
    is_told = ctypes.windll.kernel32.GetLocaleInfoEx(None, _LIST_SEPARATOR, text, _LONGEST)  # None: the user's own
    return text.value if is_told else ""
