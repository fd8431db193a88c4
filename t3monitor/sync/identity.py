"""Which controller a serial number is: T3000 keeps its panels by it, so that two with one look like one that changes.

Pure rules; whoever uses them says when something was seen (UTC epoch seconds).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from t3monitor.model.causes import Cause
from t3monitor.model.identity import Identity, StoredIdentity, two_controllers
from t3monitor.model.snapshot import LeftOut, Panel, Snapshot

GONE_AFTER_S = 3600  # without being seen; then another controller is taken for the successor
_PLACES = len(Identity._fields)
_REMEMBERED = 8  # of each kind and serial number, the newest


@dataclass(slots=True)
class _Sighting:
    identity: Identity
    seen_at: int
    sites: set[str]

    def is_recent(self, now_s: int) -> bool:
        self.seen_at = min(self.seen_at, now_s)  # the clock may have been set back
        return now_s - self.seen_at < GONE_AFTER_S


@dataclass(slots=True)
class _Controller:
    """The known controller of a serial number, and what contradicts it."""

    known: _Sighting
    former: list[_Sighting] = field(default_factory=list)  # what the known one was called before, oldest first
    others: list[_Sighting] = field(default_factory=list)  # controllers that it is not, the last one seen last
    same: list[Identity] = field(default_factory=list)  # the user says that all of these are it

    def see(self, identity: Identity, site: str, now_s: int, watched: set[str]) -> bool:
        """Whether what is seen at a site is the known controller; ``watched`` are the sites that there are."""
        self._forget(now_s)
        changed = self._contradictions(identity)
        if self.is_elsewhere(site, watched) and changed:
            return self._is_other(identity, site, now_s)
        if not self.known.is_recent(now_s):
            return self._succeed(identity, site, now_s, changed)
        others = [other for other in self.others if site in other.sites]
        if not changed:
            is_either = any(
                not identity.contradictions(other.identity) and self._contradictions(other.identity) for other in others
            )
            return False if is_either else self._is_known(identity, site, now_s)
        if others:  # while there are two, a change of the one cannot be told from a sight of the other
            return self._is_other(identity, site, now_s)
        if self._came_back(identity, site, changed):
            if self._contradictions(identity):
                return self._is_other(identity, site, now_s)
            return self._is_known(identity, site, now_s)
        if len(changed) == _PLACES:
            return self._is_other(identity, site, now_s)
        self._change(identity, site, now_s, left_at=self.known.seen_at)
        return True

    def see_beside(self, identity: Identity, site: str, now_s: int) -> None:
        """A further entry of an answer: another controller, remembered if it can be told from the known one."""
        if self._contradictions(identity):
            self._is_other(identity, site, now_s)

    def rival(self, site: str, now_s: int, watched: set[str]) -> Identity | None:
        """The other controller that a site has told of, if both were seen in the last hour."""
        self._forget(now_s)
        if not (self.known.is_recent(now_s) or self.is_elsewhere(site, watched)):
            return None
        return next((other.identity for other in reversed(self.others) if site in other.sites), None)

    def is_disputed(self, now_s: int, watched: set[str]) -> bool:
        """Whether another controller was seen in the last hour, at whatever site."""
        self._forget(now_s)
        return any(other.sites & watched for other in self.others)

    def is_same(self, identity: Identity) -> bool:
        """Whether the user has said that what is called so is the known controller."""
        return any(not identity.contradictions(same) for same in self.same)

    def accept(self) -> None:
        """The user says that all that was seen is one controller."""
        seen = [*self.former, self.known, *self.others] if self.former or self.others else []
        self.same = [*self.same, *(sighting.identity for sighting in seen)][-_REMEMBERED:]
        self.former, self.others = [], []

    def is_elsewhere(self, site: str, watched: set[str]) -> bool:
        """Whether the known controller is one of other sites that are watched, and was never seen at this one."""
        at = (self.known.sites & watched) - {""}
        return bool(site and at) and site not in at

    def _contradictions(self, identity: Identity) -> frozenset[int]:
        return frozenset() if self.is_same(identity) else identity.contradictions(self.known.identity)

    def _is_known(self, identity: Identity, site: str, now_s: int) -> bool:
        if identity != self.known.identity:
            self.known.identity = identity.completed(self.known.identity)
        self.known.seen_at = now_s
        self.known.sites.add(site)
        return True

    def _is_other(self, identity: Identity, site: str, now_s: int) -> bool:
        self.others = [other for other in self.others if other.identity != identity or site not in other.sites]
        self.others = [*self.others, _Sighting(identity, now_s, {site})][-_REMEMBERED:]
        return False

    def _change(self, identity: Identity, site: str, now_s: int, left_at: int) -> None:
        self.former = [*self.former, replace(self.known, seen_at=left_at)][-_REMEMBERED:]
        self.known = _Sighting(identity, now_s, {site})

    def _succeed(self, identity: Identity, site: str, now_s: int, changed: frozenset[int]) -> bool:
        """Takes over from a known controller that is gone; should it turn up again soon, it was not."""
        if not changed:
            return self._is_known(identity, site, now_s)
        self.others = [other for other in self.others if identity.contradictions(other.identity)]
        self._change(identity, site, now_s, left_at=now_s)
        return True

    def _came_back(self, identity: Identity, site: str, changed: frozenset[int]) -> bool:
        """Whether a change undoes an earlier one: then the one from before that is known, and the others are others."""
        for position, before in enumerate(self.former):
            if identity.returns_to(before.identity, changed):
                undone = [*self.former[position + 1 :], self.known]
                self.others += [replace(other, sites={site}) for other in undone]
                self.former, self.known = self.former[:position], before
                return True
        return False

    def _forget(self, now_s: int) -> None:
        self.former = [before for before in self.former if before.is_recent(now_s)]
        self.others = [other for other in self.others if other.is_recent(now_s)]


class Controllers:
    """The known controller of each serial number, over all sites; whoever shares it among threads holds a lock."""

    def __init__(self, stored: Iterable[StoredIdentity] = ()) -> None:
        self._by_serial = {
            panel.serial_number: _Controller(_Sighting(panel.identity, panel.seen_at or 0, {panel.site}))
            for panel in stored
        }

    def settled(self, site: str, snapshot: Snapshot, watched: set[str]) -> Snapshot:
        """The snapshot with the known controllers alone; what it holds of others is said, and skipped.

        Two of one serial number stay said for as long as both were seen within the last hour.
        """
        now_s = snapshot.received_at
        twice: dict[int, Identity] = {}  # entries beside the known one, which may not differ from it
        panels = []
        for panel in snapshot.panels:
            entries = [panel, *(double for double in snapshot.doubles if double.serial_number == panel.serial_number)]
            if known := self._known_of(entries, site, now_s, watched):
                panels.append(known)
                for double in entries:
                    if double is not known and not self._by_serial[panel.serial_number].is_same(Identity.of(double)):
                        twice[panel.serial_number] = Identity.of(double)
        silent = tuple(panel for panel in snapshot.silent if self._known_of([panel], site, now_s, watched))
        said, conflicts = self._disputes(site, now_s, watched, twice)
        return replace(
            snapshot,
            panels=tuple(panels),
            skipped_panels=(*(panel.sentence for panel in said), *snapshot.skipped_panels),
            left_out=(*said, *snapshot.left_out),
            silent=silent,
            doubles=(),
            conflicts=conflicts,
        )

    def accept(self, serial_number: int) -> None:
        """The user says that all that has this serial number is one controller."""
        if controller := self._by_serial.get(serial_number):
            controller.accept()

    def _known_of(self, entries: Sequence[Panel], site: str, now_s: int, watched: set[str]) -> Panel | None:
        """The known controller among the entries of one serial number in one answer."""
        serial_number = entries[0].serial_number
        controller = self._by_serial.get(serial_number)
        if controller is None:
            controller = _Controller(_Sighting(Identity.of(entries[0]), now_s, {site}))
            self._by_serial[serial_number] = controller
        known_as = controller.known.identity
        nearest, *beside = sorted(entries, key=lambda entry: len(Identity.of(entry).contradictions(known_as)))
        is_known = controller.see(Identity.of(nearest), site, now_s, watched)
        for entry in beside:
            controller.see_beside(Identity.of(entry), site, now_s)
        return nearest if is_known else None

    def _disputes(
        self, site: str, now_s: int, watched: set[str], twice: dict[int, Identity]
    ) -> tuple[list[LeftOut], tuple[int, ...]]:
        """An entry for each serial number with two controllers at this site, and all such numbers that it shows."""
        said: list[LeftOut] = []
        conflicts = []
        for serial_number, controller in sorted(self._by_serial.items()):
            rival = controller.rival(site, now_s, watched) or twice.get(serial_number)
            if rival or (site in controller.known.sites and controller.is_disputed(now_s, watched)):
                conflicts.append(serial_number)
            if rival:
                is_elsewhere = controller.is_elsewhere(site, watched)
                known_at = min(controller.known.sites & watched, default="") if is_elsewhere else site
                sentence = two_controllers(
                    serial_number,
                    controller.known.identity.title(known_at),
                    rival.title(site),
                    "" if is_elsewhere else " until the first has not been seen for an hour",
                )
                said.append(LeftOut(sentence, serial_number, cause=Cause.SERIAL_SHARED))
        return said, tuple(conflicts)
