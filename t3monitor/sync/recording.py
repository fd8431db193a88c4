"""What of an answer goes into the database; the rest is shown and forgotten."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from t3monitor.model.freshness import is_stale
from t3monitor.model.points import Point, Vector
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.store.database import Database
from t3monitor.store.present_state import stored_identities
from t3monitor.sync.identity import Controllers


class Readings:
    """Tells what was read anew from what an answer merely repeats (docs/t3000.md 3.2).

    A vector with the points and T3000's own time of the last stored one is the same reading: storing it again would
    add equal samples for as long as T3000 does not read the panel.
    """

    def __init__(self) -> None:
        # T3000's own time and the points, which are None of a reading that an earlier run of the program stored.
        self._stored: dict[Vector, tuple[int | None, tuple[Point, ...] | None]] = {}

    def recall(self, known: Iterable[tuple[Vector, int]]) -> None:
        """Takes the readings of these times, T3000's own, as stored."""
        self._stored |= {vector: (own_s, None) for vector, own_s in known if vector not in self._stored}

    def new_in(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot without the vectors that are stored already; all panels stay."""
        return replace(snapshot, panels=tuple(map(self._new_of, snapshot.panels)))

    def take_as_stored(self, snapshot: Snapshot) -> None:
        """Remembers the vectors of a snapshot that was committed."""
        for panel in snapshot.panels:
            for own_s, (kind, points, _) in zip(_own_times(panel), panel.vectors(), strict=True):
                if points:
                    self._stored[panel.serial_number, kind] = own_s, points

    def forget(self) -> None:
        """Takes nothing as stored any more: the database is another one, or lacks what was stored in it."""
        self._stored = {}

    def _new_of(self, panel: Panel) -> Panel:
        return panel.with_only(
            [
                kind
                for own_s, (kind, points, _) in zip(_own_times(panel), panel.vectors(), strict=True)
                if (stored := self._stored.get((panel.serial_number, kind))) is None
                or stored[0] != own_s
                or (stored[1] is not None and stored[1] is not points)
            ]
        )


def _own_times(panel: Panel) -> Iterator[int | None]:
    """When each type was read by T3000's own clock, by ours where it does not say."""
    for own_s, (_, _, time_s) in zip(panel.own_times, panel.vectors(), strict=True):
        yield time_s if own_s is None else own_s


class PanelClaims:
    """Which controllers the panels are, and which site tells of one that several T3000 computers see; for any thread.

    It is the first one, until that one is silent, or its reading is stale while another site has a newer one:
    then the other keeps the panel's history going.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sites: set[str] = set()
        self._controllers = Controllers()
        self._stored_in: Path | None = None  # the database whose panels the controllers are
        # By serial number: the site, when it last told of the panel, and when what it told was read (both UTC, s).
        self._claims: dict[int, tuple[str, int, int | None]] = {}

    def watch(self, site: str) -> None:
        """A site has panels to tell of."""
        with self._lock:
            self._sites.add(site)

    def know(self, database: Database) -> None:
        """Begins with the panels that a database holds, where it is another one than so far; raises DatabaseError."""
        with self._lock:
            if database.path != self._stored_in:
                self._controllers = Controllers(stored_identities(database.url))
                self._stored_in = database.path

    def accept_controller(self, serial_number: int) -> None:
        """The user says that what was taken for two controllers of a serial number is the same one."""
        with self._lock:
            self._controllers.accept(serial_number)

    def known_controllers(self, site: str, snapshot: Snapshot) -> Snapshot:
        """The snapshot without other controllers than the known ones; they are said among its skipped panels."""
        with self._lock:
            self._sites.add(site)
            return self._controllers.settled(site, snapshot, self._sites)

    def of_site(self, site: str, snapshot: Snapshot, interval_s: int) -> Snapshot:
        """The snapshot without the panels that another site tells of; its note says which site that is."""
        now_s = snapshot.received_at
        with self._lock:
            own = tuple(panel for panel in snapshot.panels if self._claim(panel, site, now_s, interval_s))
            silent = tuple(panel for panel in snapshot.silent if not self._is_told_of(panel, site, now_s, interval_s))
            others = {self._claims[panel.serial_number][0] for panel in snapshot.panels} - {site}
        if not others:
            return replace(snapshot, silent=silent) if len(silent) < len(snapshot.silent) else snapshot
        count = len(snapshot.panels) - len(own)
        elsewhere = f"{count} panel{'s' if count > 1 else ''} left to {', '.join(sorted(others))}"
        return replace(snapshot, panels=own, silent=silent, note="; ".join(filter(None, (snapshot.note, elsewhere))))

    def release(self, site: str) -> None:
        """The site is watched no longer; others may tell of its panels."""
        with self._lock:
            self._claims = {serial: claim for serial, claim in self._claims.items() if claim[0] != site}
            self._sites.discard(site)

    def _claim(self, panel: Panel, site: str, now_s: int, interval_s: int) -> bool:
        read_at_s = panel.read_at
        owner, told_at_s, owner_read_at_s = self._claims.get(panel.serial_number, (site, now_s, read_at_s))
        # Our own clock may have been set back since it was told.
        if owner != site and not is_stale(min(told_at_s, now_s), now_s, interval_s):
            owners_is_old = is_stale(owner_read_at_s, now_s, interval_s)
            is_newer = read_at_s is not None and (
                not is_stale(read_at_s, now_s, interval_s) or read_at_s > (owner_read_at_s or 0)
            )
            if not (owners_is_old and is_newer):
                return False
        self._claims[panel.serial_number] = site, now_s, read_at_s
        return True

    def _is_told_of(self, silent: Panel, site: str, now_s: int, interval_s: int) -> bool:
        """Whether another site tells of a panel that does not answer here."""
        owner, told_at_s, _ = self._claims.get(silent.serial_number, (site, now_s, None))
        return owner != site and not is_stale(min(told_at_s, now_s), now_s, interval_s)
