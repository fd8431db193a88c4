"""What the tree says of a panel and of a site, and how panels are grouped by sites and buildings; no widgets."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from t3monitor.model.freshness import PanelState, is_ahead, panel_state
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel
from t3monitor.ui.kit.texts import natural_key, reading_age_text
from t3monitor.ui.progress.state import LinkState


@dataclass(slots=True)
class _Counts:
    in_use: int = 0
    overridden: int = 0
    faults: int = 0

    def add(self, points: Iterable[Point], sign: int = 1) -> None:
        for point in points:
            self.in_use += sign * point.in_use
            self.overridden += sign * point.is_overridden
            self.faults += sign * bool(point.fault)


class PanelRow:
    """One panel, as of its newest reading."""

    def __init__(self, newest: Panel) -> None:
        self.newest = newest
        self.read_at = newest.read_at  # UTC epoch seconds; None: never
        self.name = ""  # as it is to be called among the others
        self.answered = True
        self.is_listed = False  # T3000 lists it, but it did not answer
        self.is_ahead = False  # its reading claims to be of the future
        self.said = ""  # what the newest answer says of it, if it could not be used
        self.state = PanelState.LIVE
        self._counts = _Counts()
        self._counts.add(newest.points())

    @property
    def in_use(self) -> int:
        """Points that somebody configured."""
        return self._counts.in_use

    @property
    def overridden(self) -> int:
        """Points that the program does not decide."""
        return self._counts.overridden

    @property
    def faults(self) -> int:
        """Open or shorted inputs."""
        return self._counts.faults

    def take(self, newest: Panel) -> None:
        """Another reading; only what changed is counted again."""
        for (_, old, _), (_, new, _) in zip(self.newest.vectors(), newest.vectors(), strict=True):
            if new is old:
                continue
            if len(new) != len(old):
                self._counts.add(old, -1)
                self._counts.add(new)
                continue
            changed = [pair for pair in zip(old, new, strict=True) if pair[0] is not pair[1]]
            self._counts.add((before for before, _ in changed), -1)
            self._counts.add(after for _, after in changed)
        self.newest, self.read_at = newest, newest.read_at

    def judge(self, now_s: float, interval_s: int, *, link_is_up: bool) -> None:
        """Its state as of now."""
        self.is_ahead = self.read_at is not None and is_ahead(self.read_at, now_s)
        self.state = panel_state(self.read_at, now_s, interval_s, answers=self.answered, link_is_up=link_is_up)

    def age(self, now_s: float) -> str:
        """Of its oldest points in use."""
        return reading_age_text(self.read_at, now_s)


@dataclass(frozen=True, slots=True)
class SiteState:
    """How the link to a T3000 computer does: mark and word, why in a sentence, and whether readings keep coming."""

    state: LinkState
    text: str
    reason: str
    is_up: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Panels of one building of one site, in the order of their numbers."""

    title: str
    site: str
    panels: list[PanelRow]


def grouped(panels: Iterable[PanelRow], sites: Collection[str], unnamed: str) -> list[Group]:
    """The groups by their titles; each of several sites has one even before a panel of it is known."""
    by_place: dict[tuple[str, str], list[PanelRow]] = {}
    for panel in sorted(panels, key=lambda panel: (panel.newest.panel_id, panel.newest.serial_number)):
        by_place.setdefault((panel.newest.site, panel.newest.building_name), []).append(panel)
    known = {site for site, _ in by_place}
    empty = [Group(site, site, []) for site in sites if site not in known] if len(sites) > 1 else []
    groups = [Group(_title(place) or unnamed, place[0], panels) for place, panels in by_place.items()]
    return sorted(groups + empty, key=lambda group: natural_key(group.title) or ())


def shown_state(states: Mapping[str, SiteState], site: str) -> SiteState | None:
    """The state that the row of a site's group shows.

    A single site has the tool bar for it: its row says only that nothing comes from it.
    """
    state = states.get(site)
    if len(states) > 1 or (state and state.state is LinkState.FAILED):
        return state
    return None


def _title(place: tuple[str, str]) -> str:
    return " · ".join(filter(None, place))
