"""Whom to ask next where T3000 takes one call per cooldown; pure.

A call for one panel has T3000 read it, and answers with what it had read of that panel before. A collecting call shows
what was read of all panels and has none read. With N panels in k groups, each followed by a collecting call, a round
takes N + k calls, and what is known of a panel is at most N + k + ceil(N / k) calls old: least with k near the root of
N. Few panels do better without: each is shown by its own next call, so never more than 2 N calls old.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import pairwise

Serial = int
COLLECT = None
Step = Serial | None


def worst_age(panels: int, collects: int) -> int:
    """How old, in calls, what is known of a panel gets with so many collecting calls in a round."""
    return panels + collects + -(-panels // collects) if collects else 2 * panels


def best_collects(panels: int) -> int:
    """How many collecting calls keep all panels youngest; rather some than none, since they show the first values."""
    return min(range(panels + 1), key=lambda collects: (worst_age(panels, collects), collects == 0))


class Rotation:
    """The next call, round after round.

    A panel whose logging time does not move after it was asked for is silent: of these only one is asked in each round,
    in turns, so that they do not hold up the others. A logging time that moves after all makes it talk again.
    """

    def __init__(self) -> None:
        self.answers_show_all = False  # builds before 2026-02-10 show all panels in every answer
        self._panels: list[Serial] = []
        self._steps: deque[Step] = deque([COLLECT])
        self._times: dict[Serial, int] = {}  # newest logging time that was shown
        self._asked: dict[Serial, int | None] = {}  # not shown since, with the logging time known then
        self._silent: dict[Serial, None] = {}  # the one whose turn is next first

    @property
    def awaited(self) -> tuple[Serial, ...]:
        """The panels that T3000 was asked to read and has not shown since."""
        return tuple(self._asked)

    @property
    def calls_per_round(self) -> int:
        """After how many calls each panel that talks was asked for once more."""
        asked = len(self._panels) - len(self._silent) + bool(self._silent)
        return max(1, asked + self._collects(asked))

    def is_silent(self, serial: Serial) -> bool:
        """Whether the panel did not move its logging time when it was asked for."""
        return serial in self._silent

    def set_panels(self, serials: Iterable[Serial]) -> None:
        """Which panels there are, from the next round on; those that are gone are not asked any more."""
        self._panels = list(serials)
        gone = (set(self._silent) | set(self._asked)) - set(self._panels)
        for serial in gone:
            self._silent.pop(serial, None)
            self._asked.pop(serial, None)

    def collect_next(self) -> None:
        """The next call is a collecting one; the rest of the round follows it."""
        if not self._steps or self._steps[0] is not COLLECT:
            self._steps.appendleft(COLLECT)

    def step(self) -> Step:
        """Whom the next call asks for, or COLLECT; stays the same until it is `done`."""
        while self._steps and self._steps[0] is not COLLECT and self._steps[0] not in self._panels:
            self._steps.popleft()
        if not self._steps:
            self._steps.extend(self._round())
        return self._steps[0]

    def done(self, shown: Mapping[Serial, int], *, is_read: bool = True) -> None:
        """T3000 accepted the step's call and showed these logging times; ``is_read``: it reads the panel asked for."""
        step = self._steps.popleft()
        for serial, time_s in shown.items():
            if serial in self._asked:
                self._judge(serial, moved=time_s != self._asked.pop(serial))
            elif time_s != self._times.get(serial, time_s):
                self._judge(serial, moved=True)
            self._times[serial] = time_s
        # What should have been shown and was not, T3000 has never read.
        overdue = (
            list(self._asked) if step is COLLECT or self.answers_show_all else [step] if step in self._asked else []
        )
        for serial in overdue:
            del self._asked[serial]
            self._judge(serial, moved=False)
        if step is not COLLECT and is_read:
            self._asked[step] = self._times.get(step)

    def _judge(self, serial: Serial, *, moved: bool) -> None:
        if moved:
            self._silent.pop(serial, None)
        elif serial in self._panels:
            self._silent.setdefault(serial)

    def _round(self) -> Iterable[Step]:
        asked = [serial for serial in self._panels if serial not in self._silent]
        if self._silent:
            turn = next(iter(self._silent))
            self._silent[turn] = self._silent.pop(turn)
            asked.append(turn)
        collects = self._collects(len(asked))
        if not asked:
            return [COLLECT]
        if not collects:
            return asked
        ends = [len(asked) * group // collects for group in range(collects + 1)]
        return [step for begin, end in pairwise(ends) for step in (*asked[begin:end], COLLECT)]

    def _collects(self, asked: int) -> int:
        return 0 if self.answers_show_all else best_collects(asked)
