"""The strategy `live`: panels are read through T3000 at the moment of the call (action 17, docs/t3000.md 7).

No gate, no cooldown; each panel has its own outcome. The time of a group of points is that of its arrival.
"""

from collections.abc import Callable, Iterable

from t3monitor.model.errors import LinkError, NoNewDataError, NotReadyError, UnreachableError
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import LeftOut, Panel, Snapshot
from t3monitor.t3000.link import Answer
from t3monitor.t3000.webapi.calls import PanelCalls
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.panel_memory import PanelMemory, State
from t3monitor.t3000.webapi.panel_reader import MODBUS_SELECTED, PanelReader, Round
from t3monitor.t3000.webapi.panels import ListedPanel, PanelList
from t3monitor.t3000.webapi.point_groups import group_of, runs
from t3monitor.t3000.webapi.probes import Probes
from t3monitor.t3000.webapi.turns import SWEEP_S, Plan, plan

NOTE = "read live from each panel"
_CALL_S = 0.02  # beside what the groups cost
_AGAIN_S = 60.0
_FIRST_PATIENCE_S = 120.0


class NoPanelReadableError(NoNewDataError):
    """No panel can be read now, and no other way to read would help."""


class LiveReading:
    """Reads the groups of points in use of the panels whose turn it is, and the others by and by.

    A panel that is silent costs one group's wait; it is asked again between the cycles, later and later. A panel that
    T3000 has forgotten is brought back by having T3000 load what it has saved of it.
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

        ``may_load`` says whether it does no harm now that T3000 loads saved values over what it has read.
        """
        self.interval_s = 30.0  # from one fetch to the next
        self._calls = PanelCalls(client, monotonic_s)
        self._reader = PanelReader(
            self._calls, monotonic_s, utc_s, reads_all=reads_all, may_load=may_load, on_load=panels.was_overwritten
        )
        self._probes = Probes(self._reader, self._calls, monotonic_s)
        self._panels = panels
        self._monotonic_s = monotonic_s
        self._on_panel = on_panel
        self._memories: dict[int, PanelMemory] = {}
        self._recalled: dict[int, Panel] = {}
        self._has_begun = False

    def recall(self, known: Snapshot) -> None:
        """What an earlier run has stored: which points are in use, and how the groups were named."""
        self._recalled = {panel.serial_number: panel for panel in known.panels}

    def prefer(self, points: Iterable[PointKey]) -> None:
        """Has the groups of these points read before others."""
        self._reader.shown_first = frozenset(
            (key.serial_number, group_of(key.point_type, key.point_index)) for key in points
        )

    def hurry(self) -> None:
        """Has the next fetch try again whatever failed."""
        for memory in self._memories.values():
            memory.probe.hurry()
            memory.cure.hurry()
            memory.has_words = False
            if memory.state is State.LEFT_OUT:
                memory.state = State.NEVER_ASKED
        self._probes.hurry()

    @property
    def left_out(self) -> tuple[ListedPanel, ...]:
        """Listed devices that are not asked, since they have no points."""
        memories = self._memories
        return tuple(
            panel
            for panel in self._panels.known
            if (memory := memories.get(panel.serial_number)) is None or memory.state is State.LEFT_OUT
        )

    @property
    def errand_due_s(self) -> float | None:
        """When what is silent is asked again, monotonic; None while nothing is, or the next fetch is too near."""
        return self._probes.due_s

    def run_errand(self, timeout_s: float) -> None:
        """Asks the silent panel or group whose turn it is."""
        self._probes.make_next(timeout_s)

    def fetch(self, timeout_s: float) -> Answer:
        """The panels as far as they are known, after those whose turn it is were read; raises LinkError if none was."""
        began_s = self._monotonic_s()
        self._reader.interval_s = self.interval_s
        self._probes.next_cycle_s = began_s + self.interval_s
        waits = not self._memories or any(
            memory.state in (State.SILENT, State.FORGOTTEN) for memory in self._memories.values()
        )
        self._take_list(self._panels.refresh(timeout_s, needs_instances=True, anew=waits))
        if not self._memories:
            raise NoNewDataError(
                "T3000 knows of no panel with points: let it scan the network, and look at its list of devices"
            )
        planned = self._plan()
        # The first reading of a site is no plan: it runs to its end.
        this = Round(timeout_s, began_s, began_s + planned.ends_after_s if self._has_begun else float("inf"))
        order = self._in_order(planned)
        this.reserved_s = sum(self._used_s(memory) for memory in order)
        for position, memory in enumerate(order, start=1):
            this.reserved_s -= self._used_s(memory)
            self._visit(memory, this, position, len(order))
        self._reader.ask_again(this)
        self._load_words(this)
        if self._has_begun:
            self._sweep(planned, this)
        self._probes.make_neglected(this)
        self._has_begun = True
        if not this.read:
            raise self._nothing_read(this)
        return self._answer(this)

    def _take_list(self, listed: tuple[ListedPanel, ...]) -> None:
        """Brings what is remembered in line with T3000's list."""
        before, self._memories = self._memories, {}
        for panel in listed:
            serial = panel.serial_number
            memory = before.get(serial)
            if memory is None or panel.stands_elsewhere(memory.panel):
                self._reader.forget(serial)
                memory = PanelMemory(panel)
                if (recalled := self._recalled.pop(serial, None)) and recalled.panel_id == panel.panel_id:
                    self._reader.recall(memory, recalled)
            elif not memory.answers and _has_come_back(memory.panel, panel):
                memory.probe.hurry()
                memory.cure.hurry()
                if memory.state is State.LEFT_OUT:
                    memory.state = State.NEVER_ASKED
            memory.panel = panel
            if panel.has_points is not False or memory.has_history:
                self._memories[serial] = memory
        self._reader.memories = self._memories
        self._reader.namesakes = {
            memory.serial_number: other.panel.title
            for memory in self._memories.values()
            for other in self._memories.values()
            if other is not memory and other.panel.panel_id == memory.panel.panel_id
        }

    def _plan(self) -> Plan:
        taking_part = [
            memory
            for memory in self._memories.values()
            if memory.answers
            or (memory.state is State.NEVER_ASKED and memory.in_use)
            or ((memory.state is State.FORGOTTEN or memory.may_be_forgotten) and self._reader.is_cure_due(memory))
        ]
        others = [(len(memory.groups()) - len(memory.in_use), memory) for memory in taking_part if memory.answers]
        others_s = sum(count * self._calls.group_s(memory.panel) for count, memory in others)
        count = sum(count for count, _ in others)
        return plan(
            {memory.serial_number: self._cost_s(memory) for memory in taking_part},
            {memory.serial_number: memory.last_read_s() for memory in taking_part},
            count,
            others_s / count if count else 0.0,
            self.interval_s,
        )

    def _cost_s(self, memory: PanelMemory) -> float:
        whole_s = len(memory.groups()) * self._calls.group_s(memory.panel)
        if memory.needs_whole and not memory.in_use:
            return whole_s
        lacks_words = memory.wants_words and not memory.has_words
        return self._used_s(memory) + (whole_s if lacks_words else 0.0)

    def _used_s(self, memory: PanelMemory) -> float:
        """What reading its groups in use costs."""
        groups = memory.asked()
        return max(1, len(groups)) * self._calls.group_s(memory.panel) + (len(list(runs(groups))) + 1) * _CALL_S

    def _in_order(self, planned: Plan) -> list[PanelMemory]:
        """The panels of this round: those that the window shows first, those that may well be silent last.

        While T3000 may still wait for one whose call was given up, those come first that answered last: they tell best
        whether it does.
        """
        chosen = [self._memories[serial] for serial in planned.serials]
        this_s = self._monotonic_s() + min(self.interval_s, _AGAIN_S) / 2  # no cycle comes just then
        others = [
            memory
            for memory in self._memories.values()
            if (memory.state is State.NEVER_ASKED and not memory.in_use)
            or (memory.state is State.FORGOTTEN and memory not in chosen and memory.look_again_s <= this_s)
            or (memory.state is State.SILENT and self._probes.is_wanted_in_cycle(memory, is_alone=not chosen))
        ]
        shown = {serial for serial, _ in self._reader.shown_first}
        if self._calls.held_up:
            chosen.sort(key=PanelMemory.last_read_s, reverse=True)
            shown = set()
        return [
            *sorted(chosen, key=lambda memory: (*memory.likelihood_of_silence, memory.serial_number not in shown)),
            *sorted(others, key=lambda memory: memory.likelihood_of_silence),
        ]

    @property
    def _patience_s(self) -> float:
        """How long panels that were never asked may let the others wait; the first reading of a site takes its time."""
        return self.interval_s if self._has_begun else max(self.interval_s, _FIRST_PATIENCE_S)

    def _visit(self, memory: PanelMemory, this: Round, position: int, total: int) -> None:
        """Reads a panel, unless something speaks against it."""
        title, serial = memory.panel.title, memory.serial_number
        if not memory.panel.object_instance and memory.may_be_no_panel:
            memory.state = State.LEFT_OUT  # it cannot even be asked
        elif not memory.panel.object_instance:
            this.failed[serial] = (
                f"{title} cannot be read live: T3000's list lacks its object instance; have it look for panels again"
            )
        elif this.stopped:
            this.failed[serial] = f"{title} was not asked: {this.stopped}"
        elif memory.state is State.NEVER_ASKED and not memory.in_use and this.lost_s > self._patience_s:
            this.failed[serial] = f"{title} was not asked yet: others took too long to give no answer"
        elif memory.is_suspect and this.lost_s:
            if not memory.said:
                this.failed[serial] = f"{title} was not asked yet: others that are silent come first"
        elif self._monotonic_s() < this.ends_s:  # else its turn comes first in the next cycle
            self._on_panel(position, total)
            began_s, was_silent = self._monotonic_s(), memory.state is State.SILENT
            if self._reader.ask(memory, this):
                self._reader.read_rest(memory, this)
            elif was_silent:
                memory.trusts_scan = False
                self._probes.rest_since(began_s)

    def _load_words(self, this: Round) -> None:
        """Once in a run for each panel whose words are not known, as far as the time lasts."""
        for memory in self._memories.values():
            fits = self._monotonic_s() + len(memory.groups()) * self._calls.group_s(memory.panel) <= this.ends_s
            is_wanted = memory.wants_words and not memory.has_words and memory.serial_number in this.read
            if is_wanted and fits and not this.stopped and self._reader.may_load():
                self._reader.load_words(memory, this)

    def _sweep(self, planned: Plan, this: Round) -> None:
        """Reads groups that are not in use, the oldest first, as many as the plan holds, of panels that answered."""
        answered = [memory for memory in self._memories.values() if memory.serial_number in this.read]
        others = [(read_s, memory, group) for memory in answered for read_s, group in memory.others(this.began_s)]
        due = sorted(others, key=lambda entry: entry[0])[: planned.swept]
        for memory in answered:
            fits = max(0, int((this.ends_s - self._monotonic_s()) / self._calls.group_s(memory.panel)))
            groups = [group for _, its, group in due if its is memory][:fits]
            if this.stopped:
                return
            try:
                self._reader.read_groups(memory, groups, this)
            except (UnreachableError, NotReadyError):
                raise
            except LinkError as error:
                this.stopped = str(error)

    def _answer(self, this: Round) -> Answer:
        in_order = sorted(self._memories.values(), key=lambda memory: (memory.panel.panel_id, memory.serial_number))
        listed = [memory for memory in in_order if memory.state is not State.LEFT_OUT]
        planned = self._plan()  # of the cycles that follow
        waiting = [memory for memory in listed if memory.state is State.NEVER_ASKED]
        # Those that were read in an earlier run are shown as they were then.
        shown = [memory for memory in listed if memory.answers or (memory in waiting and memory.has_history)]
        strangers = {memory.serial_number for memory in waiting if not memory.has_history} - this.failed.keys()
        said = (
            LeftOut(this.failed.get(memory.serial_number, "" if memory in shown else memory.said), memory.serial_number)
            for memory in listed
        )
        left_out = tuple(panel for panel in said if panel.sentence)
        answer = Answer(
            [memory.mirrored().as_sent() for memory in shown],
            (*self._panels.doubles, *(panel.sentence for panel in left_out)),
            (*self._reader.remarks, *(sentence for memory in shown for sentence in memory.sentences())),
            repeats=True,
            note=self._note(planned),
            turn_s=planned.turns * self.interval_s,
            silent=tuple(
                _as_silent(memory.panel)
                for memory in listed
                if memory not in shown and memory.serial_number not in strangers
            ),
            groups={memory.serial_number: memory.hand_over() for memory in shown},
            words=dict(self._reader.words),
            left_out=left_out,
        )
        for memory in shown:
            memory.settle_use()
        self._reader.remarks.clear()
        self._reader.words.clear()
        return answer

    def _note(self, planned: Plan) -> str:
        notes = [NOTE]
        if planned.turns > 1:
            panels = sum(memory.state in (State.NEVER_ASKED, State.ANSWERS) for memory in self._memories.values())
            notes.append(
                f"{self.interval_s:g} s hold {len(planned.serials)} of {panels} panels: each is read every "
                f"{planned.turns * self.interval_s:g} s"
            )
        if planned.sweep_age_s > max(SWEEP_S, self.interval_s):
            notes.append(f"points that are not in use every {planned.sweep_age_s / 60:.0f} min")
        return ", ".join(notes)

    def _nothing_read(self, this: Round) -> LinkError:
        """The outcome of a round in which no panel answered."""
        if this.failed_at_once and not this.lost_s and this.first_error is None:
            return NoPanelReadableError(MODBUS_SELECTED)
        listed = [memory for memory in self._memories.values() if memory.state is not State.LEFT_OUT]
        listed.sort(key=lambda memory: memory.state is not State.FORGOTTEN)  # a restart of T3000 explains the most
        said = (this.failed.get(memory.serial_number) or memory.said for memory in listed)
        if not listed:
            return NoNewDataError(
                f"None of the {len(self._memories)} devices of T3000's list, whose product class tells nothing, gave "
                "values: click one in T3000's tree, and look for panels again"
            )
        first = next(filter(None, said), "T3000 did not come to them")
        which = "The only panel gave no values" if len(listed) == 1 else f"None of {len(listed)} panels gave values"
        outcome: type[LinkError] = type(this.first_error) if this.first_error else NoNewDataError
        if any(memory.state is State.FORGOTTEN for memory in listed):
            outcome = NoPanelReadableError
        return outcome(f"{which}: {first}")


def _has_come_back(before: ListedPanel, now: ListedPanel) -> bool:
    """Whether T3000's scan has found a panel since it was looked at before."""
    return bool(now.is_online) and (before.is_online is False or before.last_checked != now.last_checked)


def _as_silent(panel: ListedPanel) -> Panel:
    """A panel that did not answer, as its list tells of it."""
    return Panel(
        panel.serial_number,
        panel.panel_id,
        panel.name,
        (),
        (),
        (),
        None,
        None,
        None,
        address=panel.settings.ip_address or "",
        settings=panel.known_settings,
    )
