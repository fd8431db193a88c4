"""What a preview of retention says, in words; for the command line, and for the window as it is."""

from datetime import datetime

from t3monitor.model.times import duration_text
from t3monitor.store.upkeep.preview import Part, Preview

_YEAR_DAYS = 365
_LONG_DAYS = 20 * _YEAR_DAYS


def preview_lines(preview: Preview) -> list[str]:
    """A line each for what is there, what goes and what comes; more where panels or types have rules of their own."""
    whole = preview.whole
    if preview.oldest_s is None:
        return [f"There is no history yet, in {_mb(preview.file_bytes)}"]
    since = datetime.fromtimestamp(preview.oldest_s).strftime("%Y-%m-%d")
    lines = [
        f"Now: {_count(whole.samples)} samples since {since}, in a file of {_mb(preview.file_bytes)} that grows by "
        f"about {_mb(whole.bytes_a_day)} a day",
        _going(whole, "Goes"),
    ]
    if len(preview.rules) > 1:
        lines += [f"   {_going(part, _of(serial, kind))}" for serial, kind, part in preview.rules if part.samples]
    if preview.pause:
        lines.append(preview.pause)
    if whole.bytes_going:
        lines.append(f"Later: about {_mb(preview.bytes_later)} of the file are in use")
    days = preview.days_until_limit
    if days is not None and preview.full_size_bytes is not None:
        reached = f"is reached in {duration_text(days * 86_400)}" if days else "is reached"
        lines.append(f"The age at which samples go {reached}; the file takes about {_mb(preview.full_size_bytes)} then")
    return [*lines, _disk(preview)]


def _going(part: Part, what: str) -> str:
    if not (part.samples_going or part.days_going):
        return f"{what}: nothing now"
    days = f", and {_count(part.days_going)} daily values" if part.days_going else ""
    return (
        f"{what}: {_count(part.samples_going)} of {_count(part.samples)} samples, about {_mb(part.bytes_going)}{days}"
    )


def _of(serial_number: int | None, point_type: str | None) -> str:
    if serial_number is None and point_type is None:
        return "All others"
    panel = f"Panel {serial_number}" if serial_number is not None else "All panels"
    return f"{panel}, {point_type}" if point_type else panel


def _disk(preview: Preview) -> str:
    if preview.room is None:
        return "How much of the disk is free cannot be told"
    free = f"The disk has {_mb(preview.room.free)} free"
    days = preview.days_until_full
    if days is None:
        return f"{free}, which is enough" if preview.full_size_bytes is not None else free
    if days > _LONG_DAYS:
        return f"{free}: enough for more than {_LONG_DAYS // _YEAR_DAYS} years"
    return f"{free}: it is full in about {duration_text(days * 86_400)}" if days >= 1 else f"{free}: it is nearly full"


def _mb(size: float) -> str:
    mb = size / 1e6
    return f"{mb / 1000:,.1f} GB" if mb >= 9950 else f"{mb:,.0f} MB" if mb >= 9.95 else f"{mb:.1f} MB"


def _count(number: float) -> str:
    return f"{number:,.0f}"
