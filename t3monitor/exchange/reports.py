"""What an import tells of its samples, for people."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo

from t3monitor.model.zones import local, zone_text
from t3monitor.store.writing.imported import ImportedFrame


def counted(count: int, one: str, more: str = "") -> str:
    """How many there are of something, which is called ``more`` where that is another word than ``one`` with an s."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def left_by_cancel(added: int) -> str:
    """What an import leaves that was ended."""
    if not added:
        return "nothing was stored"
    stay = counted(added, "sample was added and stays", "samples were added and stay")
    return f"{stay}; once more, and the rest is added"


@dataclass(slots=True, kw_only=True)
class Samples:
    """Which samples there are, and how many of them were added; times are UTC epoch seconds."""

    samples: int = 0
    added: int = 0
    first_s: int | None = None
    last_s: int | None = None
    panels: dict[int, set[int]] = field(default_factory=dict)  # their numbers, by serial number
    points: int = 0

    def take_frames(self, frames: Collection[ImportedFrame]) -> None:
        """There are these as well."""
        for frame in frames:
            self.samples += len(frame.values)
            self.panels.setdefault(frame.serial_number, set()).add(frame.panel_id)
        times = [frame.logging_time for frame in frames]
        self.first_s = min(times, default=None) if self.first_s is None else min(self.first_s, *times)
        self.last_s = max(times, default=None) if self.last_s is None else max(self.last_s, *times)


def span_lines(samples: Samples, zone: tzinfo | None) -> Iterator[str]:
    """How many there are, from when to when, and of which panels; times are told in ``zone``."""
    if samples.first_s is None or samples.last_s is None:
        return
    first, last = _time(samples.first_s, zone), _time(samples.last_s, zone)
    yield f"  {counted(samples.samples, 'sample')} from {first} to {last}"
    panels = ", ".join(
        f"{serial} (panel {', '.join(map(str, sorted(numbers)))})" for serial, numbers in sorted(samples.panels.items())
    )
    yield f"  {counted(samples.points, 'point')} of panel{'' if len(samples.panels) == 1 else 's'} {panels}"


def outcome_lines(samples: Samples, *, is_stored: bool | None) -> Iterator[str]:
    """What became of them; None: that is yet to be decided."""
    if is_stored is False:
        yield "  nothing was stored (--dry-run)"
    elif is_stored:
        there = samples.samples - samples.added
        added = counted(samples.added, "sample was added", "samples were added")
        already = f"; {counted(there, 'was', 'were')} there already" if there else ""
        yield f"  {added}{already}"


def _time(time_s: int, zone: tzinfo | None) -> str:
    return f"{local(time_s, zone):%Y-%m-%d %H:%M:%S} {zone_text(time_s, zone)}"
