"""What panels are called wherever the window names one: equal names carry the serial number, which is the identity."""

import re
from collections import Counter
from collections.abc import Sequence

from t3monitor.model.snapshot import Panel, Snapshot


class PanelNames:
    """The names of all panels that are known; every pane has its own and learns from the same snapshots."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[str, str]] = {}  # name and site, by serial number
        self._of_site: dict[int, str] = {}
        self._shown_site: dict[int, str] = {}  # only where there are several

    def learn(self, snapshot: Snapshot) -> None:
        """Takes the names that a snapshot tells, also of panels that did not answer."""
        told = dict(self._told)
        for panel in (*snapshot.silent, *snapshot.panels):  # who answers knows best
            told[panel.serial_number] = _told(panel, self._told)
        if told == self._told:
            return
        self._told = told
        plain = {serial: (name or str(serial), site) for serial, (name, site) in told.items()}
        alike = Counter((_folded(name), site) for name, site in plain.values())
        several = len({site for _, site in told.values()}) > 1
        for serial, (name, site) in plain.items():
            if alike[_folded(name), site] > 1 and name != str(serial):
                name = f"{name} ({serial})"
            self._of_site[serial] = name
            self._shown_site[serial] = site if several else ""

    def of_site(self, serial_number: int) -> str:
        """What to call a panel where its site is in sight or there is but one; the serial number if it has no name."""
        return self._of_site.get(serial_number, str(serial_number))

    def briefly(self, serial_number: int) -> str:
        """What to call a panel in little room: by its name if no other has it, else by its serial number."""
        name, _ = self._told.get(serial_number, ("", ""))
        return name if name and self._of_site[serial_number] == name else str(serial_number)

    def everywhere(self, serial_number: int) -> str:
        """What to call a panel among those of all sites, for each may have an AHU-1."""
        return self._with_site(self.of_site(serial_number), serial_number)

    def of_point(self, serial_number: int, label: str) -> str:
        """What to call a point of a panel among those of all sites."""
        return self._with_site(f"{self.of_site(serial_number)} {label}", serial_number)

    def site(self, serial_number: int) -> str:
        """The site of a panel; empty where it is not known or has no name."""
        return self._told.get(serial_number, ("", ""))[1]

    def clear(self) -> None:
        """Forgets all panels."""
        self._told, self._of_site, self._shown_site = {}, {}, {}

    def _with_site(self, name: str, serial_number: int) -> str:
        return " · ".join(filter(None, (name, self._shown_site.get(serial_number, ""))))


def sentence_about(panel: Panel, sentences: Sequence[str]) -> str:
    """The first of an answer's sentences that names a panel, by its serial number, or by number and name."""
    if not sentences:
        return ""
    name = rf" '{re.escape(panel.panel_name)}'" if panel.panel_name else r"(?!\d| of the answer)"
    named = re.compile(rf"(?<!\d){panel.serial_number}(?!\d)|\bpanel {panel.panel_id}{name}", re.IGNORECASE)
    return next((sentence for sentence in sentences if named.search(sentence)), "")


def _told(panel: Panel, known: dict[int, tuple[str, str]]) -> tuple[str, str]:
    before, _ = known.get(panel.serial_number, ("", ""))
    return panel.panel_name or ("" if panel.read_at is not None else before), panel.site


def _folded(name: str) -> str:
    """Names that look alike are equal."""
    return " ".join(name.split()).casefold()
