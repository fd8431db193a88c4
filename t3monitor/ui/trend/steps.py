"""The way back: what was shown before each change, and what was done besides."""

from collections import deque
from typing import Protocol

from t3monitor.ui.trend.shown import Shown

_KEPT = 100
_PAUSE_S = 1.0  # between two movements of a hand that are undone one by one


class Deed(Protocol):
    """What was done beside what is shown, and is undone in its turn."""

    def undo(self) -> None:
        """Takes it back."""

    def redo(self) -> None:
        """Does it once more."""


class Steps:
    """What can be undone, and what of that was; a hand's movements that follow each other without a pause are one."""

    def __init__(self) -> None:
        self._earlier: deque[Shown | Deed] = deque(maxlen=_KEPT)
        self._later: list[Shown | Deed] = []
        self._moved_at_s: float | None = None  # by hand, with nothing else since

    @property
    def can_undo(self) -> bool:
        """Whether there was a step."""
        return bool(self._earlier)

    @property
    def can_redo(self) -> bool:
        """Whether the last one was undone."""
        return bool(self._later)

    def show(self, before: Shown, shown: Shown, at_s: float, *, by_hand: bool) -> None:
        """Something else is shown than before, or (``by_hand``) the same by a hand that goes on."""
        goes_on = by_hand and self._moved_at_s is not None and 0 <= at_s - self._moved_at_s < _PAUSE_S
        if shown != before:
            self._later.clear()
            if not goes_on:
                self._earlier.append(before)
        self._moved_at_s = at_s if by_hand else None

    def do(self, deed: Deed) -> None:
        """Something was done besides."""
        self._later.clear()
        self._earlier.append(deed)
        self._moved_at_s = None

    def undo(self, shown: Shown) -> Shown | None:
        """Takes the last step back: returns what is to be shown instead, None if it was a deed."""
        self._moved_at_s = None
        step = self._earlier.pop()
        if isinstance(step, Shown):
            self._later.append(shown)
            return step
        self.take_back(step)
        return None

    def redo(self, shown: Shown) -> Shown | None:
        """Takes the last undo back; returns as `undo`."""
        self._moved_at_s = None
        step = self._later.pop()
        if isinstance(step, Shown):
            self._earlier.append(shown)
            return step
        self._earlier.append(step)
        step.redo()
        return None

    def take_back(self, deed: Deed) -> None:
        """Undoes it, whatever was done since."""
        if deed in self._earlier:
            self._earlier.remove(deed)
        self._later.append(deed)
        deed.undo()

    def forget_deeds(self) -> None:
        """What was done besides cannot be undone any more."""
        for steps in (self._earlier, self._later):
            shown = [step for step in steps if isinstance(step, Shown)]
            steps.clear()
            steps.extend(shown)

    def clear(self) -> None:
        """Nothing can be undone any more."""
        self._earlier.clear()
        self._later.clear()
        self._moved_at_s = None
