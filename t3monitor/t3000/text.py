"""Cleaning of the text that T3000 sends (docs/t3000.md 4.4), and of the names of files."""

import re
from pathlib import Path

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# They have no width and turn what stands around them about, or begin a line of their own.
_UNSEEN = re.compile(r"[\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LONGEST_MESSAGE = 300
OFFLINE = "Panel is offline"  # T3000's word for a panel that it cannot begin to read now, or for any while it is busy
BUSY = "T3000 is busy with the configuration of a panel and shows no values (Panel is offline .): wait until it is done"


def clean(text: str | None, size: int) -> str:
    """A name of a panel or point: cut at its field size and at the first control character.

    T3000 copies fields as if they were terminated, so text can run on into what follows it in memory. Marks of the
    direction of writing and line separators are taken out.
    """
    if not text:
        return ""
    text = text[:size]
    if not text.isprintable():
        if control := _CONTROL.search(text):
            text = text[: control.start()]
        text = _UNSEEN.sub("", text)
    return text.strip()


def message(text: str) -> str:
    """A text of T3000's as part of a sentence of ours: one line of at most 300 characters."""
    text = _CONTROLS.sub(" ", _UNSEEN.sub("", text)).strip()
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"


def path_text(path: Path) -> str:
    """A path as part of a sentence of ours; bytes in it that are no text are escaped."""
    return str(path).encode("utf-8", "backslashreplace").decode()
