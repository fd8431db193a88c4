"""T3000's own history for holes that came about on our side: one question at a time, between cycles.

Nothing is remembered but what the database tells: what was asked about has a row there once it is answered, and what
is there already is left out. So it may end at any moment and begin anew.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from math import inf
from typing import NamedTuple

from t3monitor.config.settings import Filling, Settings
from t3monitor.model.causes import EventKind
from t3monitor.model.clock import Clock
from t3monitor.model.errors import DatabaseError, InterruptedCycleError, LinkTimeoutError, MonitorError, RefusedError
from t3monitor.model.events import FillEnded, FillOffered
from t3monitor.model.recording import Recording
from t3monitor.model.times import duration_text
from t3monitor.model.zones import offset_s
from t3monitor.store.causes.ours import OwnHole, around, own_holes, panels_of
from t3monitor.store.keeper import Keeper, Store
from t3monitor.store.writing.events import RecordingEvent, write_events
from t3monitor.store.writing.filled import tell_filled
from t3monitor.store.writing.imported import add_frames
from t3monitor.sync.links import site_zones
from t3monitor.sync.logged.frames import Described, Window, windows
from t3monitor.sync.logged.history import T3000_HISTORY, HoleReadings, Points, local_span
from t3monitor.sync.logged.known import Known, known_to
from t3monitor.t3000.actions import LoggedStretch
from t3monitor.t3000.link import Link

LOOKED_BACK_S = 31 * 86_400.0
DELAY_S = 5.0  # after the first good cycle
BETWEEN_S = 0.5  # from an answer to the next question
_LEAST_S = 10.0  # before the next cycle, or twice what the last question took
AGAIN_S = (60.0, 600.0, 3600.0)  # after what went wrong; then not again, until there is another hole or a new start
_PANELS_AT_ONCE = 3  # whose holes are looked for in a step
ROWS = 10_000  # of an answer: a fifth of what T3000 gives at most, some 3 MB
_FIRST_PIECE, _LONGEST_PIECE, _SHORTEST_PIECE = timedelta(hours=3), timedelta(days=1), timedelta(seconds=1)


class _Stretch(NamedTuple):
    """Holes of one panel that overlap, which one question tells of."""

    serial_number: int
    holes: tuple[OwnHole, ...]

    @property
    def start_s(self) -> float:
        return min(hole.start_s for hole in self.holes)

    @property
    def end_s(self) -> float:
        return max(hole.end_s for hole in self.holes)


class _Asking:
    """A stretch that is being asked about, piece by piece from its begin; local times of T3000's."""

    def __init__(self, stretch: _Stretch, url: str, zone: tzinfo | None, now_s: float, ahead_s: float | None) -> None:
        """Raises DatabaseError."""
        sides = [(hole.point_type, around(url, hole)) for hole in stretch.holes]
        points: Points = {
            (kind, number): point
            for kind, its in reversed(sides)  # of several of a type the first counts
            for number, point in its.points.items()
        }
        changed = {(kind, number) for kind, its in sides for number in its.changed}
        # T3000 logs by the number that a panel has, and knows none of before: one that was renumbered is asked by each.
        self._panel_ids = tuple(dict.fromkeys(panel_id for _, its in sides for panel_id in its.panel_ids))
        self._turn = 0
        self.stretch = stretch
        self.readings = HoleReadings(stretch.holes, points, changed, zone, now_s, ahead_s)
        self.described = Described()
        by_s = ahead_s or 0.0
        self.next, self.end = local_span(stretch.start_s + by_s, stretch.end_s + by_s, zone)

    def piece(self, length: timedelta, limit: int) -> LoggedStretch:
        """The next question; both of its ends belong to it, in whole seconds."""
        until: datetime = min(self.next + length - _SHORTEST_PIECE, self.end)
        return LoggedStretch(self.stretch.serial_number, self._panel_ids[self._turn], self.next, until, limit)

    def take_answer(self, asked: LoggedStretch) -> bool:
        """A question is answered; returns whether that was the last one."""
        self._turn = (self._turn + 1) % len(self._panel_ids)
        if not self._turn:
            self.next = asked.until + _SHORTEST_PIECE
        return self.next > self.end


class Filler:
    """Fills the holes of one site; of the thread of its link. ``due_s`` is when the next step is, monotonic."""

    def __init__(self, site: str, settings: Settings, url: str, clock: Clock) -> None:
        """The settings tell whether it is done, or only offered."""
        self.is_over = False
        self.due_s = clock.monotonic_s() + DELAY_S
        self._site = site
        self._zone = site_zones(settings).get(site)
        self._recording = Recording.of(settings.unrecorded_panels, settings.recorded_types)
        self._settings = settings
        self._url = url
        self._clock = clock
        self._may_ask = settings.fill_from_t3000 is Filling.ALWAYS
        self._tries = 0
        self._length = _FIRST_PIECE
        self._stretches: list[_Stretch] | None = None  # None: not looked for yet
        self._unseen: list[tuple[int, int]] | None = None  # panels whose holes were not looked for yet
        self._found: list[OwnHole] = []
        self._ahead_s: float | None = None
        self._asking: _Asking | None = None
        self._samples = 0
        self._missing_s: Counter[int] = Counter()  # by serial number, as the next
        self._filled_s: Counter[int] = Counter()
        self._took_s = 0.0  # the last question
        self._left_out: Counter[str] = Counter()  # rows, by why

    @property
    def needs_s(self) -> float:
        """How much time there is to be before the next cycle."""
        return max(_LEAST_S, 2 * self._took_s)

    def go(self) -> None:
        """The user wants it."""
        self._may_ask, self._stretches, self._unseen = True, None, None  # there may be others since they were offered
        self.due_s = self._clock.monotonic_s()

    def step(self, link: Link, keeper: Keeper, timeout_s: float) -> FillOffered | FillEnded | None:
        """What is next: looking for holes, or one question; returns what there is to tell."""
        try:
            return self._step(link, keeper, timeout_s)
        except InterruptedCycleError:  # somebody wants a cycle, or the end
            self.due_s = self._clock.monotonic_s() + BETWEEN_S
            return None
        except MonitorError as error:
            if isinstance(error, LinkTimeoutError):
                self._shorten()
            return self._failed(str(error))

    def _step(self, link: Link, keeper: Keeper, timeout_s: float) -> FillOffered | FillEnded | None:
        if self._stretches is None:
            if link.tells_history and not self._look():
                self.due_s = self._clock.monotonic_s() + BETWEEN_S
                return None
            self._stretches, self._unseen = _stretches(self._found), None
            if not self._stretches:
                self.is_over = True
                return None
            if not self._may_ask:
                self.due_s = inf
                return self._offer(self._stretches)
        if self._asking is None:
            if not self._stretches:
                return self._ended(keeper)
            if problem := self._check_time(link, timeout_s):
                return self._over(problem)
            self._asking = _Asking(self._stretches[0], self._url, self._zone, self._clock.utc_s(), self._ahead_s)
        else:
            self._ask(self._asking, link, keeper, timeout_s)
        self.due_s = self._clock.monotonic_s() + BETWEEN_S
        return None

    def _look(self) -> bool:
        """Looks for holes of some panels more; returns whether that were all."""
        if self._unseen is None:
            self._unseen, self._found = panels_of(self._url, self._site), []
        now_s = self._clock.utc_s()
        panels, self._unseen = self._unseen[:_PANELS_AT_ONCE], self._unseen[_PANELS_AT_ONCE:]
        found = own_holes(self._url, panels, self._recording, now_s - LOOKED_BACK_S, now_s)
        self._found += _kept(found, known_to(self._url, self._settings)) if found else ()
        return not self._unseen

    def _offer(self, stretches: Sequence[_Stretch]) -> FillOffered:
        since_s, until_s = min(its.start_s for its in stretches), max(its.end_s for its in stretches)
        return FillOffered(len({its.serial_number for its in stretches}), since_s, until_s, _longest(stretches))

    def _check_time(self, link: Link, timeout_s: float) -> str:
        """Why T3000's local times cannot be taken for those of the zone; nothing if they can."""
        told = link.t3000_time(timeout_s)
        if told is None:
            return "T3000 does not tell its time zone, so nothing is filled from its history: update T3000"
        own_s = offset_s(self._clock.utc_s() + (told.ahead_s or 0.0), self._zone)
        self._ahead_s = told.ahead_s
        if told.utc_offset_s == own_s:
            return ""
        whose = str(self._zone or "of this computer")
        return (
            f"T3000's local time is {_offset(told.utc_offset_s)} and that of the zone {whose} is {_offset(own_s)}, "
            "so nothing is filled from its history: correct the time zone of this T3000 computer in the settings"
        )

    def _ask(self, asking: _Asking, link: Link, keeper: Keeper, timeout_s: float) -> None:
        asked = asking.piece(self._length, ROWS)
        began_s = self._clock.monotonic_s()
        logged = link.logged(asked, timeout_s)
        self._took_s = self._clock.monotonic_s() - began_s
        if logged is None:
            raise RefusedError("This T3000 has no history to ask for: update T3000")
        if logged.is_full and asked.until > asked.since:
            self._length = max(_SHORTEST_PIECE, (asked.until - asked.since + _SHORTEST_PIECE) / 2)
            self._length -= timedelta(microseconds=self._length.microseconds)
            return
        asking.readings.leave_out(logged.unreadable)
        oldest_first = asking.readings.of(reversed(logged.rows), asked.panel_id)
        for window in windows(oldest_first, asking.described, T3000_HISTORY):
            self._samples += keeper.run(partial(_add, window))
        if len(logged.rows) < ROWS // 4:
            self._length = min(2 * self._length, _LONGEST_PIECE)
        if asking.take_answer(asked):
            self._finish(asking, keeper)

    def _finish(self, asking: _Asking, keeper: Keeper) -> None:
        """All of a stretch is answered, which is told with it."""

        def tell(store: Store) -> list[float]:
            with store.database.writing() as cursor:
                return [
                    tell_filled(cursor, self._site, (hole.serial_number, hole.point_type), hole[3:], its)
                    for hole, its in asking.readings.left_out_of.items()
                ]

        told = keeper.run(tell)
        self._left_out += asking.readings.left_out
        self._missing_s[asking.stretch.serial_number] += round(asking.stretch.end_s - asking.stretch.start_s)
        self._filled_s[asking.stretch.serial_number] += round(max(told))
        self._asking, self._tries = None, 0
        if self._stretches:
            del self._stretches[0]

    def _ended(self, keeper: Keeper) -> FillEnded:
        event = self._over("")
        if self._samples:
            panels = f"{event.panels} panel{'' if event.panels == 1 else 's'}"
            samples = f"{self._samples:,} sample{'' if self._samples == 1 else 's'}"
            detail = f"{samples} of {panels} from T3000's own history"
            noted = RecordingEvent(self._clock.utc_s(), self._site, EventKind.FILLED, detail)

            def note(store: Store) -> None:
                with store.database.writing() as cursor:
                    write_events(cursor, [noted])

            keeper.run(note)
        return event

    def _over(self, problem: str, again_in_s: float | None = None) -> FillEnded:
        self.is_over = again_in_s is None
        panels = sum(filled_s > 0 for filled_s in self._filled_s.values())
        missing_s, filled_s = (float(max(its.values(), default=0)) for its in (self._missing_s, self._filled_s))
        left_out = tuple(self._left_out.most_common())
        return FillEnded(self._samples, panels, missing_s, filled_s, problem, again_in_s, left_out)

    def _failed(self, problem: str) -> FillEnded:
        """It costs nothing but the filling; it is begun anew later, a few times."""
        again_in_s = AGAIN_S[self._tries] if self._tries < len(AGAIN_S) else None
        self._tries += 1
        self._stretches, self._asking, self._unseen = None, None, None
        self.due_s = self._clock.monotonic_s() + (again_in_s or 0.0)
        return self._over(problem, again_in_s)

    def _shorten(self) -> None:
        self._length = max(_SHORTEST_PIECE, timedelta(seconds=int(self._length.total_seconds()) // 4))


def _add(window: Window, store: Store) -> int:
    if not store.has_room():
        raise DatabaseError("The disk is nearly full: nothing is filled from T3000's history")
    with store.database.writing() as cursor:
        return add_frames(cursor, window.frames)


def _kept(holes: Sequence[OwnHole], known: Known) -> list[OwnHole]:
    """What of them is not older than samples are kept."""
    limits = [known.kept_since(hole.serial_number, hole.point_type) for hole in holes]
    return [
        hole._replace(start_s=max(hole.start_s, since_s))
        for hole, since_s in zip(holes, limits, strict=True)
        if hole.end_s > since_s
    ]


def _stretches(holes: Iterable[OwnHole]) -> list[_Stretch]:
    """Panel by panel, the newest first: that is what is looked at."""
    found: dict[int, list[_Stretch]] = {}
    for hole in sorted(holes, key=lambda its: (its.start_s, its.end_s)):
        of_panel = found.setdefault(hole.serial_number, [])
        if of_panel and hole.start_s <= of_panel[-1].end_s:
            of_panel[-1] = of_panel[-1]._replace(holes=(*of_panel[-1].holes, hole))
        else:
            of_panel.append(_Stretch(hole.serial_number, (hole,)))
    return sorted((one for ones in found.values() for one in ones), key=lambda its: (-its.end_s, its.serial_number))


def _longest(stretches: Sequence[_Stretch]) -> float:
    """How long the panel lacks readings that lacks them longest."""
    lacking: Counter[int] = Counter()
    for its in stretches:
        lacking[its.serial_number] += round(its.end_s - its.start_s)
    return float(max(lacking.values()))


def _offset(seconds: float) -> str:
    if not seconds:
        return "UTC"
    return f"{duration_text(seconds)} {'ahead of' if seconds > 0 else 'behind'} UTC"
