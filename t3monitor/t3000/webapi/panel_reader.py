"""Reading one panel live: group by group, with what that tells of the panel (docs/t3000.md 7)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from t3monitor.model.errors import (
    BadReplyError,
    LinkError,
    LinkTimeoutError,
    NoNewDataError,
    NotReadyError,
    RefusedError,
    UnreachableError,
)
from t3monitor.model.snapshot import Panel
from t3monitor.model.words import RangeWords
from t3monitor.t3000.webapi.belief import Beliefs, Doubt, Seen, by_group, stored_groups
from t3monitor.t3000.webapi.calls import ForgottenPanelError, PanelCalls
from t3monitor.t3000.webapi.panel_memory import GroupReading, PanelMemory, State
from t3monitor.t3000.webapi.panels import ListedPanel
from t3monitor.t3000.webapi.point_groups import GroupKey, Run, runs
from t3monitor.t3000.webapi.replies import HeldUpError

MODBUS_SELECTED = "T3000 reads no panel while a Modbus device is selected in its tree; select a panel there"
_AT_ONCE_S = 1.0  # a silent panel takes T3000 six seconds at least
_AT_ONCE_TO_TELL = 3  # panels that failed at once, before any was read
_SCAN_TAKES_S = 300.0  # at most, for a panel that is well
_SCAN_AGAIN_S = 60.0
_PERHAPS_AGAIN_S = 600.0  # for a device that may be a panel, without a word
_ESP32 = 88  # the product class whose panels say how many points they have
_NO_PANEL_TO_BLAME = (UnreachableError, NotReadyError)


@dataclass(slots=True)
class Round:
    """How far one fetch has come."""

    timeout_s: float  # of each call
    began_s: float
    ends_s: float  # nothing is begun after that
    read: set[int] = field(default_factory=set)  # serial numbers
    failed: dict[int, str] = field(default_factory=dict)  # sentences
    reserved_s: float = 0.0  # for the panels that are still to come
    doubtful: list[tuple[PanelMemory, GroupKey, Seen]] = field(default_factory=list)
    lost_s: float = 0.0  # on silent ones
    failed_at_once: int = 0
    stopped: str = ""  # why no further panel is asked
    first_error: LinkError | None = None


class PanelReader:
    """Asks panels for their groups, and takes the points over that are believed to be theirs.

    Raises UnreachableError and NotReadyError alone, for which no panel is to blame.
    """

    def __init__(
        self,
        calls: PanelCalls,
        monotonic_s: Callable[[], float],
        utc_s: Callable[[], float],
        *,
        reads_all: bool,
        may_load: Callable[[], bool],
        on_load: Callable[[], None],
    ) -> None:
        """``may_load`` says whether it does no harm now that T3000 loads saved values over what it has read.

        ``on_load`` is called when it did; ``reads_all`` takes all groups as in use.
        """
        self.shown_first: frozenset[tuple[int, GroupKey]] = frozenset()  # serial number and group
        self.interval_s = 30.0
        self.memories: Mapping[int, PanelMemory] = {}  # all panels, by serial number
        self.namesakes: dict[int, str] = {}  # titles of other panels with the same number, by serial number
        # For the next answer, whichever round it was that they came in.
        self.words: dict[int, RangeWords] = {}
        self.remarks: list[str] = []
        self._calls = calls
        self._monotonic_s, self._utc_s = monotonic_s, utc_s
        self._reads_all = reads_all
        self.may_load, self._on_load = may_load, on_load
        self._beliefs = Beliefs()
        self._titles: dict[int, str] = {}

    def recall(self, memory: PanelMemory, panel: Panel) -> None:
        """What an earlier run has stored of a panel."""
        memory.recall(panel)
        if self._reads_all:
            memory.in_use = set(memory.groups())
        for group, stored in stored_groups(panel.points()).items():
            self._beliefs.recall(panel.serial_number, group, stored)

    def forget(self, serial_number: int) -> None:
        """Another panel may have the serial number now, or this one stands elsewhere."""
        self._beliefs.forget(serial_number)

    def ask(self, memory: PanelMemory, this: Round) -> bool:
        """Asks a panel for one group, which tells how it does; whether it answered.

        One that T3000 has forgotten is brought back if that is due.
        """
        self._titles[memory.serial_number] = memory.panel.title
        try:
            try:
                return self._ask_first(memory, this)
            except ForgottenPanelError as error:
                return self._bring_back(memory, this, error)
        except _NO_PANEL_TO_BLAME:
            raise
        except LinkError as error:
            self._failed(memory, this, error)
            return False

    def is_cure_due(self, memory: PanelMemory) -> bool:
        """Whether a panel that T3000 has forgotten is worth another try in the present cycle."""
        return memory.cure.is_due(self._monotonic_s(), min(_SCAN_AGAIN_S, self.interval_s) / 2)

    def read_rest(self, memory: PanelMemory, this: Round) -> None:
        """What a round wants of a panel that has just answered: the groups in use, or everything if that is due."""
        now_s = self._monotonic_s()
        fits = now_s + len(memory.groups()) * self._calls.group_s(memory.panel) + this.reserved_s <= this.ends_s
        is_whole = memory.needs_whole and (fits or not memory.in_use)
        since_s = max(this.began_s, memory.loaded_s)
        wanted = [
            group
            for group in (memory.well_groups() if is_whole else memory.asked())
            if (reading := memory.readings.get(group)) is None or reading.read_s < since_s
        ]
        shown = [group for group in wanted if (memory.serial_number, group) in self.shown_first]
        try:
            self._read_facts(memory, this)
            for part in (shown, [group for group in wanted if group not in shown]):
                self.read_groups(memory, part, this)
            memory.needs_whole = memory.needs_whole and not is_whole
        except _NO_PANEL_TO_BLAME:
            raise
        except ForgottenPanelError as error:
            memory.state, memory.said = State.FORGOTTEN, f"{memory.panel.title} was not read: {error}"
        except LinkError as error:
            this.stopped = self._calls.held_up
            self.remarks.append(f"{memory.panel.title} was read in part: {error}")
        if is_whole:
            memory.settle_use()

    def read_groups(self, memory: PanelMemory, groups: Iterable[GroupKey], this: Round) -> None:
        """Reads groups of a panel that has just answered, in as few calls as can be; raises LinkError.

        What it does not tell is asked for between the cycles from then on, for each such group costs the wait for a
        silent one. A run of groups that takes too long for one call is asked for group by group from then on.
        """
        for run in runs(group for group in groups if group in memory.groups()):
            for part in map(Run.of, run.groups) if memory.is_asked_singly else (run,):
                began_s = self._monotonic_s()
                try:
                    came = self._read(memory, part, this)
                except HeldUpError:
                    raise
                except LinkTimeoutError:
                    if len(part.groups) == 1:
                        memory.group_was_silent(part.groups[0], self._monotonic_s())
                    memory.is_asked_singly = True
                    raise
                spent_s = self._monotonic_s() - began_s
                if not came and spent_s >= _AT_ONCE_S:
                    for group in part.groups:
                        memory.group_was_silent(group, self._monotonic_s())
                if not memory.silent_groups.keys().isdisjoint(part.groups):
                    this.lost_s += spent_s

    def load_words(self, memory: PanelMemory, this: Round) -> None:
        """Has T3000 load what it has saved of a panel for the site's own words, and reads the panel whole after it."""
        try:
            if self._load(memory, this.timeout_s):
                memory.has_words = True
            else:
                self.read_rest(memory, this)
        except _NO_PANEL_TO_BLAME:
            raise
        except LinkError as error:
            memory.has_words = True
            this.stopped = self._calls.held_up
            self.remarks.append(f"{memory.panel.title}: its own words were not read: {error}")

    def _ask_first(self, memory: PanelMemory, this: Round) -> bool:
        """Whether the panel gave one group; raises LinkError."""
        began_s = self._monotonic_s()
        wanted = memory.asked() or list(memory.groups())
        if self._read(memory, Run.of(memory.first_group(wanted)), this):
            if not memory.answers:
                memory.needs_whole = memory.needs_whole or memory.state is State.SILENT
                memory.state, memory.said = State.ANSWERS, ""
            memory.timeouts = memory.held_up = 0
            memory.offline_since_s = None
            memory.trusts_scan = True
            memory.probe.succeeded()
            memory.cure.succeeded()
            this.read.add(memory.serial_number)
            return True
        spent_s = self._monotonic_s() - began_s
        if spent_s < _AT_ONCE_S:
            this.failed_at_once += 1
            this.failed[memory.serial_number] = f"{memory.panel.title} was not read: {MODBUS_SELECTED}"
            if not this.read and this.failed_at_once >= _AT_ONCE_TO_TELL:
                this.stopped = MODBUS_SELECTED
            return False
        this.lost_s += spent_s
        self._fall_silent(memory, "it gives T3000 no answer")
        return False

    def _fall_silent(self, memory: PanelMemory, why: str) -> None:
        if memory.may_be_no_panel:
            memory.state = State.LEFT_OUT
            memory.cure.succeeded()
            return
        memory.state = State.SILENT
        memory.is_asked_singly = False
        memory.probe.failed(self._monotonic_s())
        panel = memory.panel
        memory.said = f"{panel.title} was not read: {why}{_scanned(panel)}; look at its power and its network"

    def _failed(self, memory: PanelMemory, this: Round, error: LinkError) -> None:
        """A call ended otherwise than with points; a panel may be to blame, but not for what came before it."""
        this.first_error = this.first_error or error
        verb = "asked" if isinstance(error, HeldUpError) else "read"
        this.failed[memory.serial_number] = f"{memory.panel.title} was not {verb}: {error}"
        if isinstance(error, LinkTimeoutError):
            this.stopped = self._calls.held_up or str(error)
            this.lost_s += this.timeout_s
            if isinstance(error, HeldUpError):
                memory.held_up += 1
                return
            memory.timeouts += 1
            if memory.timeouts > 1 or memory.state is State.SILENT:
                self._fall_silent(memory, f"it gives T3000 no answer within {this.timeout_s:g} s")
        elif memory.may_be_no_panel and isinstance(error, RefusedError):
            memory.state = State.LEFT_OUT

    def _bring_back(self, memory: PanelMemory, this: Round, refusal: LinkError) -> bool:
        """Has T3000 load what it has saved of a panel that it has forgotten; whether that helped. Raises LinkError."""
        panel, now_s = memory.panel, self._monotonic_s()
        if memory.may_be_no_panel:
            return self._find_out(memory, this)
        if memory.state is not State.FORGOTTEN:
            memory.state, memory.said = State.FORGOTTEN, f"{panel.title} was not read: {refusal}"
        memory.look_again_s = now_s + _SCAN_AGAIN_S
        if not self.is_cure_due(memory):
            return False
        if not self.may_load():
            memory.said = f"{panel.title} was not read: T3000 has forgotten it, and a background reading comes first"
            return False
        memory.cure.failed(now_s)
        refused = self._load(memory, this.timeout_s)
        if not refused:
            try:
                return self._ask_first(memory, this)
            except ForgottenPanelError as error:
                refused = f"{error}, although it has loaded what it has saved"
        if "offline" in refused.lower():
            memory.cure.succeeded()  # the panel is not to blame for a scan that takes its time
            memory.cure.wait(now_s, min(_SCAN_AGAIN_S, 2 * self.interval_s))
            memory.offline_since_s = now_s if memory.offline_since_s is None else memory.offline_since_s
            why = "T3000 was started anew and its scan has not found it yet; it is tried again each minute"
            if now_s - memory.offline_since_s > _SCAN_TAKES_S:
                why = "T3000's scan does not find it; look at its power and its network"
        elif other := self.namesakes.get(memory.serial_number):
            why = f"T3000 holds one panel of each number, and {other} has the same; give one of them another number"
        elif "no cached data" in refused.lower():
            why = "T3000 has forgotten it and has nothing saved of it; click it once in T3000's tree"
        else:
            why = f"T3000 has forgotten it and does not take it up again ({refused}); click it once in T3000's tree"
        memory.said = f"{panel.title} was not read: {why}"
        return False

    def _find_out(self, memory: PanelMemory, this: Round) -> bool:
        """Whether a device of an unknown class that T3000 has not loaded is a panel after all; raises LinkError."""
        memory.state = State.LEFT_OUT
        memory.cure.wait(self._monotonic_s(), _PERHAPS_AGAIN_S)
        try:
            return self.may_load() and not self._load(memory, this.timeout_s) and self._ask_first(memory, this)
        except ForgottenPanelError:
            return False

    def _load(self, memory: PanelMemory, timeout_s: float) -> str:
        """T3000's reason if it did not load what it has saved; raises LinkError."""
        loading = self._calls.load_saved(memory.panel, timeout_s)
        if loading.refusal:
            return loading.refusal
        self._on_load()
        self.words[memory.serial_number] = loading.words
        memory.has_words = memory.needs_whole = True
        memory.loaded_s = self._monotonic_s()
        return ""

    def _read_facts(self, memory: PanelMemory, this: Round) -> None:
        """Asks a panel once for its real numbers of points, where they are the panel's own; raises LinkError."""
        if memory.panel.product_class != _ESP32 or memory.knows_counts:
            return
        try:
            facts = self._calls.facts(memory.panel, this.timeout_s)
        except (BadReplyError, NoNewDataError, LinkTimeoutError) as error:
            memory.knows_counts = True  # the standard numbers serve
            if isinstance(error, LinkTimeoutError):
                raise
            return
        if facts.serial_number != memory.serial_number:  # T3000 holds another panel in its place
            raise ForgottenPanelError("T3000 gave the settings of another panel for it")
        memory.take_counts(facts.counts)
        more = [f"{count} {kind.value.lower()}s" for kind, count in facts.counts.items() if count > kind.per_panel]
        if more:
            self.remarks.append(
                f"{memory.panel.title} has {', '.join(more)}: T3000 gives no more than 64 inputs, 64 outputs and "
                "128 variables of a panel"
            )

    def ask_again(self, this: Round) -> None:
        """Asks once more for the groups of a round that are not believed, as long as there is time for that."""
        for memory, group, seen in this.doubtful:
            if this.stopped or self._monotonic_s() + 2 * self._calls.group_s(memory.panel) > this.ends_s:
                return  # the next cycle asks again
            try:
                self._ask_for_again(memory, group, seen, this)
            except _NO_PANEL_TO_BLAME:
                raise
            except LinkError as error:
                this.stopped = self._calls.held_up or str(error)

    def _ask_for_again(self, memory: PanelMemory, group: GroupKey, seen: Seen, this: Round) -> None:
        """Asks for a doubtful group after the same one of another panel, which T3000's buffer then holds."""
        witness = None
        for serial in self._beliefs.witnesses(memory.serial_number, group, seen):
            other = self.memories.get(serial)
            if other and other.answers and group in other.groups() and group not in other.silent_groups:
                if self._read(other, Run.of(group), this, is_second_try=True):
                    witness = serial
                break
        if witness is not None and not self._beliefs.differs(witness, group, seen):
            witness = None  # it tells nothing: it has the same now
        self._read(memory, Run.of(group), this, is_second_try=True, witness=witness)

    def _read(
        self, memory: PanelMemory, run: Run, this: Round, *, is_second_try: bool = False, witness: int | None = None
    ) -> bool:
        """Reads neighbouring groups; whether any of them came. Raises LinkError.

        ``witness`` is the serial number of a panel whose group was read just before, and looks otherwise.
        """
        points = self._calls.points(memory.panel, run, memory.counts, this.timeout_s)
        now_s, now_utc_s = self._monotonic_s(), int(self._utc_s())
        found = by_group(run.kind, points)
        doubtful = []
        for group, (own, seen) in found.items():
            if group not in run.groups:
                continue
            memory.silent_groups.pop(group, None)
            doubt = self._beliefs.doubt(memory.serial_number, group, seen, now_s)
            if witness is not None:  # T3000's buffer holds what it has: what looks otherwise is the panel's own
                doubt = None if self._beliefs.differs(witness, group, seen) else Doubt(witness)
                if doubt:
                    self._beliefs.convict(memory.serial_number, group, now_s)
            if doubt:
                doubtful.append((group, seen))
                memory.troubles[group] = self._doubt_text(memory, group, doubt.other)
                continue
            self._beliefs.take(memory.serial_number, group, seen)
            memory.troubles.pop(group, None)
            memory.has_history = True
            memory.wants_words |= seen.is_custom
            if seen.is_blank:
                memory.in_use.discard(group)  # at once, for its zeros are no readings of points that had a name
            memory.readings[group] = GroupReading(own, now_utc_s, now_s, seen.in_use or self._reads_all)
        if not is_second_try:
            this.doubtful += [(memory, group, seen) for group, seen in doubtful]
        missing = [group for group in run.groups if group not in found] if found else []
        for group in missing:
            memory.group_was_silent(group, now_s)
        return bool(found)

    def _doubt_text(self, memory: PanelMemory, group: GroupKey, other: int | None) -> str:
        span = Run.of(group).span(memory.counts)
        if other is None:
            return f"{memory.panel.title}: {span} came blank from T3000, which is not believed"
        whose = self._titles.get(other, f"the panel with serial number {other}")
        return f"{memory.panel.title}: T3000 gave {span} of {whose} in its place, which is not believed"


def _scanned(panel: ListedPanel) -> str:
    """What T3000's last scan says of a panel, for a sentence."""
    if panel.is_online is None:
        return ""
    when = f" of {panel.last_checked}" if panel.last_checked else ""
    return f" (T3000's scan{when} found it {'online' if panel.is_online else 'offline'})"
