"""The strategy `live`: panels are read through T3000 at the moment of the call (action 17, reference 4).

No gate, no cooldown; each panel has its own outcome. The time of a group of points is that of its arrival.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from t3monitor.model.errors import (
    LinkError,
    LinkTimeoutError,
    NoNewDataError,
    NotReadyError,
    UnreachableError,
)
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Device, Snapshot
from t3monitor.model.words import RangeWords
from t3monitor.t3000.link import Answer
from t3monitor.t3000.webapi.belief import Beliefs, GroupSeen, by_group
from t3monitor.t3000.webapi.calls import ForgottenPanelError, HeldUpError, PanelCalls
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.mirror import answer_body
from t3monitor.t3000.webapi.missing import missing_points
from t3monitor.t3000.webapi.panel_memory import GroupReading, PanelMemory, State
from t3monitor.t3000.webapi.panels import Panel, PanelList
from t3monitor.t3000.webapi.point_groups import GroupKey, Run, group_of, runs
from t3monitor.t3000.webapi.turns import SWEEP_S, Plan, plan

NOTE = "read live from each panel"
_AT_ONCE_S = 1.0  # a silent panel takes T3000 six seconds at least
_AT_ONCE_TO_TELL = 3  # panels that failed at once, and no other result
_SILENT_GROUP_S = 19.0  # what a silent group costs at most
_CALL_S = 0.02  # beside what the groups cost
_SCAN_AGAIN_S = 60.0
_PROBES_SHARE = 0.1  # of the time, for panels that are silent
_SHORT_INTERVAL_S = 25.0  # does not hold a silent group beside a cycle
_ESP32 = 88  # the product class whose panels have points of their own number
_MODBUS = "T3000 reads no panel while a Modbus device is selected in its tree; select a panel there"


class NoPanelReadableError(NoNewDataError):
    """No panel can be read now, and no other way to read would help."""


@dataclass(slots=True)
class _Round:
    """How far one fetch has come."""

    timeout_s: float
    began_s: float
    ends_s: float  # no panel is begun after that
    total: int
    asked: int = 0
    read: set[int] = field(default_factory=set)  # serial numbers
    failed: dict[int, str] = field(default_factory=dict)  # sentences
    words: dict[int, RangeWords] = field(default_factory=dict)
    one_was_silent: bool = False
    failed_at_once: int = 0
    stopped: str = ""  # why no further panel is asked
    first_error: LinkError | None = None


class LiveReading:
    """Reads the groups of points in use of the panels whose turn it is, and the others by and by.

    A panel that is silent costs one group's wait, and after that its turn comes by itself, later and later, so that it
    costs the others nothing. A panel that T3000 has forgotten is brought back by having T3000 load what it has saved.
    """

    def __init__(
        self,
        client: Client,
        panels: PanelList,
        monotonic_s: Callable[[], float],
        utc_s: Callable[[], float],
        on_panel: Callable[[int, int], None],
        *,
        reads_all: bool = False,
        may_load: Callable[[], bool] = lambda: True,
    ) -> None:
        """``on_panel(position, total)`` is called before each panel; ``reads_all`` takes all groups as in use.

        ``may_load`` says whether it does no harm that T3000 loads saved values over what it has read.
        """
        self.interval_s = 30.0  # from one fetch to the next
        self._calls = PanelCalls(client, monotonic_s)
        self._panels = panels
        self._monotonic_s, self._utc_s = monotonic_s, utc_s
        self._on_panel = on_panel
        self._reads_all = reads_all
        self._may_load = may_load
        self._memories: dict[int, PanelMemory] = {}
        self._beliefs = Beliefs()
        self._recalled: dict[int, Device] = {}
        self._shown_first: frozenset[tuple[int, GroupKey]] = frozenset()
        self._has_begun = False
        self._next_fetch_s = 0.0
        self._probes_from_s = float("-inf")

    # What others tell

    def recall(self, known: Snapshot) -> None:
        """What an earlier run has stored: which points are in use, and how the groups were named."""
        self._recalled = {device.serial_number: device for device in (*known.devices, *known.silent)}

    def prefer(self, points: Iterable[PointKey]) -> None:
        """The groups of these points are read before others."""
        self._shown_first = frozenset(
            (key.serial_number, group_of(key.point_type, key.point_index)) for key in points
        )

    def hurry(self) -> None:
        """Whatever failed is tried again with the next fetch."""
        for memory in self._memories.values():
            memory.probe.hurry()
            memory.cure.hurry()
            memory.has_words = False
            if memory.state is State.LEFT_OUT:
                memory.state = State.NEVER_ASKED
        self._probes_from_s = float("-inf")

    @property
    def left_out(self) -> tuple[Panel, ...]:
        """Listed devices that are not asked, since their product class has no points."""
        return tuple(panel for panel in self._panels.known if not self._is_asked(panel))

    # Errands: one group of one silent panel, between two cycles

    @property
    def errand_due_s(self) -> float | None:
        """When a silent panel is asked again, monotonic; None while there is none, or the next cycle is too near."""
        due_s = min((memory.probe.due_s for memory in self._silent()), default=None)
        if due_s is None:
            return None
        due_s = max(due_s, self._probes_from_s)
        collides = max(due_s, self._monotonic_s()) + _SILENT_GROUP_S > self._next_fetch_s
        overdue_s = self._next_fetch_s - due_s
        if collides and self.interval_s > _SHORT_INTERVAL_S and overdue_s < 2 * self.interval_s:
            return None
        return due_s

    def run_errand(self, timeout_s: float) -> None:
        """Asks the silent panel whose turn it is for one group; one that answers is read whole by the next fetch."""
        now_s = self._monotonic_s()
        due = [memory for memory in self._silent() if memory.probe.is_due(now_s)]
        if not due or now_s < self._probes_from_s:
            return
        memory = min(due, key=lambda memory: memory.probe.due_s)
        this = _Round(timeout_s, now_s, now_s, 1)
        try:
            self._probe(memory, this)
        finally:
            self._probes_from_s = self._monotonic_s() + (self._monotonic_s() - now_s) * (1 / _PROBES_SHARE - 1)

    def _silent(self) -> list[PanelMemory]:
        return [memory for memory in self._memories.values() if memory.state is State.SILENT]

    # Cycles

    def fetch(self, timeout_s: float) -> Answer:
        """All panels whose turn it is; raises LinkError if none of them answers."""
        began_s = self._monotonic_s()
        waits = any(memory.state in (State.SILENT, State.FORGOTTEN) for memory in self._memories.values())
        listed = self._panels.refresh(timeout_s, needs_instances=True, anew=waits)
        self._take_list(listed)
        if not self._memories:
            raise NoNewDataError(
                "T3000 knows of no panel with points: let it scan the network, and look at its list of devices"
            )
        self._next_fetch_s = began_s + self.interval_s
        planned = self._plan()
        this = _Round(timeout_s, began_s, began_s + planned.ends_after_s, len(self._memories))
        if not self._has_begun:
            this.ends_s = float("inf")  # the first reading of a site is no plan
        for memory in self._in_order(planned):
            self._visit(memory, this)
        self._load_words(this)
        self._sweep(planned, this)
        self._has_begun = True
        if not this.read:
            raise self._nothing_read(this)
        return self._answer(this)

    def _take_list(self, listed: tuple[Panel, ...]) -> None:
        """Brings what is remembered in line with T3000's list."""
        serials = {panel.serial_number for panel in listed}
        self._memories = {serial: memory for serial, memory in self._memories.items() if serial in serials}
        for panel in listed:
            if not self._is_asked(panel):
                self._memories.pop(panel.serial_number, None)
                continue
            memory = self._memories.get(panel.serial_number)
            if memory is None or memory.panel.place != panel.place:
                memory = self._new_memory(panel)
            elif memory.state in (State.SILENT, State.FORGOTTEN) and _has_come_back(memory.panel, panel):
                memory.probe.hurry()
                memory.cure.hurry()
                self._probes_from_s = float("-inf")
            memory.panel = panel

    def _new_memory(self, panel: Panel) -> PanelMemory:
        serial = panel.serial_number
        if serial in self._memories:  # it stands elsewhere now, or is another one
            self._beliefs.forget(serial)
        memory = self._memories[serial] = PanelMemory(panel)
        recalled = self._recalled.pop(serial, None)
        if recalled is not None and recalled.panel_id == panel.panel_id:
            memory.recall(recalled)
            for group, names in names_by_group(recalled).items():
                self._beliefs.recall(serial, group, names)
        return memory

    def _is_asked(self, panel: Panel) -> bool:
        recalled = self._recalled.get(panel.serial_number)
        memory = self._memories.get(panel.serial_number)
        has_history = bool(recalled and recalled.point_count) or bool(memory and memory.has_history)
        return panel.has_points is not False or has_history

    def _plan(self) -> Plan:
        taking_part = [
            memory
            for memory in self._memories.values()
            if memory.state in (State.NEVER_ASKED, State.ANSWERS)
            or (memory.state is State.FORGOTTEN and memory.cure.is_due(self._monotonic_s()))
        ]
        costs_s = {memory.panel.serial_number: self._cost_s(memory) for memory in taking_part}
        read_s = {memory.panel.serial_number: memory.last_read_s() for memory in taking_part}
        others = sum(len(memory.groups()) - len(memory.in_use) for memory in taking_part if memory.answers)
        return plan(costs_s, read_s, others, self._calls.group_s, self.interval_s)

    def _cost_s(self, memory: PanelMemory) -> float:
        groups = memory.groups() if memory.needs_whole else memory.asked_now(self._monotonic_s())
        return len(groups) * self._calls.group_s + (len(list(runs(groups))) + 1) * _CALL_S

    def _in_order(self, planned: Plan) -> list[PanelMemory]:
        """The panels of this round: those that the window shows first, those that may be silent last."""
        memories = self._memories
        chosen = [memories[serial] for serial in (planned.serials if self._has_begun else memories)]
        now_s = self._monotonic_s()
        back = [
            memory
            for memory in self._silent()
            if memory not in chosen and memory.probe.is_due(now_s) and memory.probe.due_s == float("-inf")
        ]
        shown = {serial for serial, _ in self._shown_first}
        return sorted(
            chosen + back,
            key=lambda memory: (
                memory.panel.serial_number not in shown,
                memory.state is not State.ANSWERS,
                memory.state is State.SILENT or memory.panel.is_online is False,
            ),
        )

    def _visit(self, memory: PanelMemory, this: _Round) -> None:
        """Reads a panel, unless something speaks against it."""
        this.asked += 1
        serial, panel = memory.panel.serial_number, memory.panel
        is_suspect = memory.state is State.SILENT or (
            memory.state is State.NEVER_ASKED and panel.is_online is False and not memory.has_history
        )
        if not panel.object_instance:
            this.failed[serial] = (
                f"{panel.title} cannot be read live: T3000's list lacks its object instance; "
                "have it look for panels again"
            )
        elif this.stopped:
            this.failed[serial] = f"{panel.title} was not asked: {this.stopped}"
        elif self._monotonic_s() >= this.ends_s:
            pass  # its turn comes first in the next cycle
        elif is_suspect and this.one_was_silent:
            if memory.state is State.NEVER_ASKED:
                this.failed[serial] = f"{panel.title} was not asked yet: T3000's list says that it is offline"
        else:
            self._on_panel(this.asked, this.total)
            self._probe(memory, this)
            if memory.answers and serial in this.read:
                self._read_rest(memory, this)

    def _probe(self, memory: PanelMemory, this: _Round) -> None:
        """Asks a panel for one group, which tells how it does; brings it back if T3000 has forgotten it."""
        try:
            self._ask_first(memory, this)
        except ForgottenPanelError as error:
            self._find_again(memory, this, error)

    def _ask_first(self, memory: PanelMemory, this: _Round) -> None:
        """Raises ForgottenPanelError; every other failure is taken care of."""
        panel, began_s = memory.panel, self._monotonic_s()
        wanted = self._wanted(memory) or list(memory.groups())
        try:
            has_answered = self._read(memory, Run(*_alone(memory.first_group(wanted))), this)
        except (UnreachableError, NotReadyError):
            raise  # no panel is to blame
        except ForgottenPanelError:
            raise
        except LinkError as error:
            self._failed(memory, this, error)
            return
        now_s = self._monotonic_s()
        if has_answered:
            if not memory.answers:
                memory.state, memory.said, memory.needs_whole = State.ANSWERS, "", True
            memory.probe, memory.cure = type(memory.probe)(memory.probe.steps_s), type(memory.cure)(memory.cure.steps_s)
            this.read.add(panel.serial_number)
        elif now_s - began_s < _AT_ONCE_S:
            this.failed_at_once += 1
            this.failed[panel.serial_number] = f"{panel.title} was not read: {_MODBUS}"
            if not this.read and this.failed_at_once >= _AT_ONCE_TO_TELL:
                this.stopped = _MODBUS
        else:
            this.one_was_silent = True
            self._fall_silent(memory, "it gives T3000 no answer")

    def _fall_silent(self, memory: PanelMemory, why: str) -> None:
        panel = memory.panel
        if panel.has_points is None and not memory.has_history:
            memory.state = State.LEFT_OUT  # nobody knows whether it is a panel at all
            return
        memory.state = State.SILENT
        memory.probe.failed(self._monotonic_s())
        memory.said = f"{panel.title} was not read: {why}{_scanned(panel)}; look at its power and its network"

    def _failed(self, memory: PanelMemory, this: _Round, error: LinkError) -> None:
        this.first_error = this.first_error or error
        panel = memory.panel
        this.failed[panel.serial_number] = f"{panel.title} was not read: {error}"
        if isinstance(error, HeldUpError):
            this.stopped = str(error)
            this.failed[panel.serial_number] = f"{panel.title} was not asked: {error}"
        elif isinstance(error, LinkTimeoutError):
            this.stopped = self._calls.held_up
            if memory.state is State.SILENT or not memory.answers:
                self._fall_silent(memory, str(error))
            else:
                memory.readings_are_old()

    def _find_again(self, memory: PanelMemory, this: _Round, refusal: LinkError) -> None:
        """Has T3000 load what it has saved of a panel that it has forgotten, and reads the panel if that helps."""
        panel, now_s = memory.panel, self._monotonic_s()
        if panel.has_points is None and not memory.has_history:
            memory.state = State.LEFT_OUT
            return
        if memory.state is not State.FORGOTTEN:
            memory.state, memory.said = State.FORGOTTEN, f"{panel.title} was not read: {refusal}"
        if not memory.cure.is_due(now_s):
            return
        if not self._may_load():
            memory.said = f"{panel.title} was not read: T3000 has forgotten it, and a background reading comes first"
            return
        try:
            refused = self._load(memory, this)
            if not refused:
                self._ask_first(memory, this)
                return
        except ForgottenPanelError:
            refused = ""
        except (UnreachableError, NotReadyError):
            raise
        except LinkError as error:
            self._failed(memory, this, error)
            memory.cure.failed(now_s)
            return
        if "offline" in refused.lower():
            memory.cure.wait(now_s, min(_SCAN_AGAIN_S, 2 * self.interval_s))
            why = "T3000 was started anew and its scan has not found it yet; it is tried again each minute"
        elif "no cached data" in refused.lower():
            memory.cure.failed(now_s)
            why = "T3000 has forgotten it and has nothing saved of it; click it once in T3000's tree"
        else:
            memory.cure.failed(now_s)
            why = f"T3000 has forgotten it and does not find it again ({refused or refusal}); click it once in T3000's tree"
        memory.said = f"{panel.title} was not read: {why}"

    def _load(self, memory: PanelMemory, this: _Round) -> str:
        """T3000's reason if it did not load what it has saved; what it loaded brings the site's own words."""
        loading = self._calls.load_saved(memory.panel, this.timeout_s)
        if loading.refusal:
            return loading.refusal
        self._panels.overwritings += 1
        this.words[memory.panel.serial_number] = loading.words
        memory.has_words = memory.needs_whole = True
        return ""

    def _read_rest(self, memory: PanelMemory, this: _Round) -> None:
        """What the round wants of a panel that has just answered: the groups in use, or everything."""
        began_s = self._monotonic_s()
        whole_s = len(memory.groups()) * self._calls.group_s
        is_known = bool(memory.in_use)
        is_whole = memory.needs_whole and (not is_known or began_s + whole_s <= this.ends_s)
        wanted = [
            group
            for group in (memory.groups() if is_whole else memory.asked_now(began_s))
            if not self._is_of(memory.readings.get(group), this)
        ]
        shown = [group for group in wanted if (memory.panel.serial_number, group) in self._shown_first]
        try:
            for part in (shown, [group for group in wanted if group not in shown]):
                for run in runs(part):
                    self._read(memory, run, this)
            if is_whole:
                memory.needs_whole = False
                self._read_facts(memory, this)
        except (UnreachableError, NotReadyError):
            raise
        except LinkError as error:
            self._failed(memory, this, error)
            this.failed.pop(memory.panel.serial_number)  # it was read in part
            memory.doubted[run.groups[0]] = f"{memory.panel.title}: {_span(run, memory)} were not read: {error}"
        finally:
            if is_whole or not is_known:
                memory.settle_use()

    def _read_facts(self, memory: PanelMemory, this: _Round) -> None:
        """Asks a panel for its real numbers of points, where they are the panel's own."""
        if memory.panel.product_class != _ESP32 or memory.knows_counts:
            return
        facts = self._calls.facts(memory.panel, this.timeout_s)
        if facts.serial_number != memory.panel.serial_number:
            memory.state = State.FORGOTTEN  # T3000 holds another one in its place
            memory.said = f"{memory.panel.title} was not read: T3000 holds another panel in its place"
            return
        memory.take_counts(facts.counts)

    def _read(self, memory: PanelMemory, run: Run, this: _Round, *, again: bool = True) -> bool:
        """Reads neighbouring groups; whether any of them came. Raises LinkError."""
        panel = memory.panel
        points = self._calls.points(panel, run, memory.counts, this.timeout_s)
        now_s, now_utc_s = self._monotonic_s(), int(self._utc_s())
        found = by_group(run.kind, points)
        doubtful = []
        for group in run.groups:
            own = found.get(group)
            if own is None:
                continue
            memory.silent_groups.pop(group, None)
            if doubt := self._beliefs.doubt(panel.serial_number, group, own.seen, now_s):
                doubtful.append(group)
                memory.doubted[group] = self._doubt_text(memory, group, doubt.other)
                continue
            self._take(memory, group, own, now_s, now_utc_s)
        if again:
            for group in doubtful:
                self._read(memory, Run(*_alone(group)), this, again=False)
        if found:
            for group in run.groups:
                if group not in found:
                    memory.silent_for(group, now_s)
        return bool(found)

    def _take(self, memory: PanelMemory, group: GroupKey, own: GroupSeen, now_s: float, now_utc_s: int) -> None:
        self._beliefs.take(memory.panel.serial_number, group, own.seen)
        memory.doubted.pop(group, None)
        memory.wants_words |= own.seen.is_custom
        memory.has_history = True
        is_used = own.seen.in_use or self._reads_all
        memory.readings[group] = GroupReading(own.points, now_utc_s, now_s, is_used)

    def _doubt_text(self, memory: PanelMemory, group: GroupKey, other: int | None) -> str:
        span = _span(Run(*_alone(group)), memory)
        if other is None:
            return f"{memory.panel.title}: {span} came blank from T3000, which is not believed; what was known stays"
        known = self._memories.get(other)
        whose = known.panel.title if known else f"the panel with serial number {other}"
        return f"{memory.panel.title}: T3000 gave what {whose} has as {span}, which is not believed; what was known stays"

    def _load_words(self, this: _Round) -> None:
        """Once in a run has T3000 load what it has saved of a panel for the site's own words, one panel at a time."""
        for memory in self._memories.values():
            serial = memory.panel.serial_number
            whole_s = len(memory.groups()) * self._calls.group_s
            fits = self._monotonic_s() + whole_s <= this.ends_s
            if serial in this.read and memory.wants_words and not memory.has_words and fits and self._may_load():
                try:
                    memory.has_words = True
                    if not self._load(memory, this):
                        self._read_rest(memory, this)
                except (UnreachableError, NotReadyError):
                    raise
                except LinkError as error:
                    self._failed(memory, this, error)
                if self._has_begun:
                    return

    def _sweep(self, planned: Plan, this: _Round) -> None:
        """Reads groups that are not in use, the oldest first, as long as their share of the time lasts."""
        if not self._has_begun or this.stopped:
            return
        began_s = self._monotonic_s()
        ends_s = min(began_s + planned.sweep_s, this.ends_s)
        due_before_s = began_s - SWEEP_S + self.interval_s
        aged = [
            (reading.read_s if (reading := memory.readings.get(group)) else float("-inf"), memory, group)
            for memory in self._memories.values()
            if memory.answers
            for group in memory.groups()
            if group not in memory.in_use and group not in memory.silent_groups
        ]
        due = sorted((entry for entry in aged if entry[0] <= due_before_s), key=lambda entry: entry[0])
        while due and self._monotonic_s() < ends_s:
            memory = due[0][1]
            fits = max(1, int((ends_s - self._monotonic_s()) / self._calls.group_s))
            of_panel = [group for _, its, group in due if its is memory][:fits]
            run = next(iter(runs(of_panel)))
            due = [entry for entry in due if entry[1] is not memory or entry[2] not in run.groups]
            try:
                if not self._read(memory, run, this):
                    memory.silent_for(run.groups[0], self._monotonic_s())
                    return  # its silence has cost enough
            except (UnreachableError, NotReadyError):
                raise
            except LinkError as error:
                this.stopped = str(error)
                return

    # The answer

    def _wanted(self, memory: PanelMemory) -> list[GroupKey]:
        return list(memory.groups()) if memory.needs_whole and not memory.in_use else memory.asked_now(self._monotonic_s())

    @staticmethod
    def _is_of(reading: GroupReading | None, this: _Round) -> bool:
        return reading is not None and reading.read_s >= this.began_s

    def _answer(self, this: _Round) -> Answer:
        shown, silent, failed = [], [], [*self._panels.doubles]
        missing: list[str] = []
        for memory in sorted(self._memories.values(), key=lambda memory: memory.panel.panel_id):
            if memory.state is State.LEFT_OUT:
                continue
            sentence = "" if memory.answers and not this.failed else this.failed.get(memory.panel.serial_number, "")
            if not memory.answers:
                sentence = sentence or memory.said
            if sentence:
                failed.append(sentence)
                silent.append(_as_silent(memory.panel))
            else:
                shown.append(memory)
                missing += missing_points(memory)
        planned = self._plan()
        answer = Answer(
            answer_body(memory.mirrored() for memory in shown),
            tuple(failed),
            tuple(missing),
            repeats=True,
            note=self._note(planned),
            silent=tuple(silent),
            groups={memory.panel.serial_number: memory.point_groups() for memory in shown},
            words=this.words,
        )
        for memory in shown:
            memory.settle_use()
        return answer

    def _note(self, planned: Plan) -> str:
        if planned.turns <= 1:
            return NOTE
        panels = sum(memory.state in (State.NEVER_ASKED, State.ANSWERS) for memory in self._memories.values())
        return (
            f"read live, {len(planned.serials)} of {panels} panels in each cycle, since {self.interval_s:g} s do not "
            f"hold more: each is read every {planned.turns * self.interval_s:g} s"
        )

    def _nothing_read(self, this: _Round) -> LinkError:
        """The outcome of a round in which no panel answered."""
        if this.failed_at_once and not this.one_was_silent and this.first_error is None:
            return NoPanelReadableError(_MODBUS)
        memories = [memory for memory in self._memories.values() if memory.state is not State.LEFT_OUT]
        said = [this.failed.get(memory.panel.serial_number) or memory.said for memory in memories]
        first = next(filter(None, said), "none of them is a panel with points")
        which = "The only panel gave no values" if len(memories) == 1 else f"None of {len(memories)} panels gave values"
        if this.first_error is not None:
            return type(this.first_error)(f"{which}: {first}")
        if any(memory.state is State.FORGOTTEN for memory in memories):
            return NoPanelReadableError(f"{which}: {first}")
        return NoNewDataError(f"{which}: {first}")


def _alone(group: GroupKey) -> tuple[object, tuple[GroupKey, ...]]:
    return group.kind, (group,)
