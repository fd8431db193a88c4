"""By what two controllers of one serial number are told apart: number, name and address."""

from typing import NamedTuple

from t3monitor.model.snapshot import Panel, Snapshot

_NO_ADDRESS = "0.0.0.0"  # noqa: S104 - what T3000 says where it knows none
_NAME_SIZE = 20  # in the controller; some ways to T3000 hand out a byte more


class Identity(NamedTuple):
    """What a panel is called; a number of 0 and an empty name or address are not known.

    What is not known neither differs from anything nor is the same.
    """

    panel_id: int
    name: str = ""
    address: str = ""

    @classmethod
    def of(cls, panel: Panel) -> "Identity":
        """That of a panel of an answer."""
        return cls(panel.panel_id, panel.panel_name, panel.address or panel.settings.ip_address or "")

    def contradictions(self, other: "Identity") -> frozenset[int]:
        """The places of what is known of both and differs."""
        if self == other:
            return frozenset()
        pairs = enumerate(zip(self._compared(), other._compared(), strict=True))
        return frozenset(place for place, (own, others) in pairs if own and others and own != others)

    def returns_to(self, other: "Identity", places: frozenset[int]) -> bool:
        """Whether any of these places holds what the other has there."""
        own, others = self._compared(), other._compared()
        return any(own[place] and own[place] == others[place] for place in places)

    def completed(self, older: "Identity") -> "Identity":
        """With what an older one knows where this one does not."""
        pairs = zip(self, older, self._compared(), strict=True)
        return Identity(*(own if is_known else before for own, before, is_known in pairs))  # type: ignore[arg-type]

    def title(self, site: str = "") -> str:
        """For a sentence: ``panel 5 'AHU5' (192.168.1.5, site Office)``."""
        _, _, address = self._compared()
        where = [str(address) if address else "address not known", *([f"site {site}"] if site else [])]
        return f"panel {self.panel_id} '{self.name}' ({', '.join(where)})"

    def _compared(self) -> tuple[int, str, str]:
        address = self.address.strip()
        return self.panel_id, self.name[:_NAME_SIZE].strip().casefold(), "" if address == _NO_ADDRESS else address


class StoredIdentity(NamedTuple):
    """What a database holds of a panel; ``seen_at`` in UTC epoch seconds, None: never; an empty ``site``: not named."""

    serial_number: int
    identity: Identity
    seen_at: int | None
    site: str


def two_controllers(serial_number: int, known: str, other: str, until: str = "") -> str:
    """The sentence about two controllers with one serial number, of which titles are given.

    ``until`` says how long nothing is stored of the other one.
    """
    return (
        f"two controllers have the serial number {serial_number}: {known}, which keeps its history, and {other}, of "
        f"which nothing is stored{until}; ask the manufacturer to give one of them another serial number, or say in "
        "Devices that they are the same controller"
    )


def controllers_at_once(snapshot: Snapshot) -> list[str]:
    """A sentence for each further controller in one answer, where nobody knows which is the known one: the first."""
    first = {panel.serial_number: panel for panel in snapshot.panels}
    return [
        two_controllers(
            double.serial_number, Identity.of(first[double.serial_number]).title(), Identity.of(double).title()
        )
        for double in snapshot.doubles
    ]
