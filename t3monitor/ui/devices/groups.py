"""The groups of the tree of panels: sites, buildings, or the buildings of each site; without Qt's models."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from t3monitor.ui.devices.panels import Panel
from t3monitor.ui.points.columns import natural_key
from t3monitor.ui.progress.state import LinkState


@dataclass(frozen=True, slots=True)
class SiteState:
    """How the link to a T3000 computer does: mark and word, and why in a sentence."""

    state: LinkState
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """Panels of one building of one site, in the order of their numbers."""

    title: str
    site: str
    panels: list[Panel]


def grouped(panels: Iterable[Panel], sites: Collection[str], unnamed: str) -> list[Group]:
    """The groups by their titles; each of several sites has one even before a panel of it is known."""
    by_place: dict[tuple[str, str], list[Panel]] = {}
    for panel in sorted(panels, key=lambda panel: (panel.device.panel_id, panel.device.serial_number)):
        by_place.setdefault((panel.device.site, panel.device.building_name), []).append(panel)
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
