"""The settings: one declaration of every key with its type, bounds, default and help."""

import os
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from t3monitor.config.errors import SettingsError
from t3monitor.config.sites import Site, checked_sites

PointTypeName = Literal["INPUT", "OUTPUT", "VARIABLE"]
POINT_TYPE_NAMES: tuple[PointTypeName, ...] = get_args(PointTypeName)
SHORTEST_REAL_INTERVAL_S = 16
LONGEST_REQUEST_BYTES = 4096  # what a pipe takes at once, so that sending it never waits for the library's process


class LinkName(StrEnum):
    """The ways to reach T3000, and two that need none."""

    DEMO = "demo"
    LIBRARY = "library"
    WEBAPI = "webapi"
    REPLAY = "replay"


class WebReading(StrEnum):
    """How the web service is read."""

    AUTO = "auto"
    LIVE = "live"
    LOGGING_DATA = "logging_data"


class LivePoints(StrEnum):
    """Which points of a panel live reading stores."""

    USED = "used"
    ALL = "all"


class Filling(StrEnum):
    """Whether holes that came about on our side are filled from T3000's own history."""

    ASK = "ask"
    ALWAYS = "always"
    NEVER = "never"


class Appearance(StrEnum):
    """The colours of the window; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


Days = Annotated[int, Meta(ge=0, le=36_500)]  # 0: for ever


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How long the history of a panel, of a type of points, or of a panel's points of a type is kept."""

    serial_number: Annotated[int, Meta(ge=1, lt=2**32)] | None = None
    point_type: PointTypeName | None = None
    samples_days: Days = 0
    daily_values_days: Days = 0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings; the names and defaults of the first four numbers are those of docs/t3000.md 13.2.

    Each annotation carries the help text, and for numbers the bounds and the unit.
    """

    link: Annotated[LinkName | None, Meta(description="How T3000 is reached; none until one is chosen")] = None
    library: Annotated[str, Meta(description="Library file that exports BacnetWebView_HandleWebViewMsg")] = ""
    sites: Annotated[
        tuple[Site, ...],
        Meta(description="T3000 computers, each with a name, the URL of its web service and its time zone"),
    ] = (Site(),)
    web_reading: Annotated[
        WebReading,
        Meta(
            description="How the web service is read: each panel live, the background readings of T3000, or what works"
        ),
    ] = WebReading.AUTO
    live_points: Annotated[
        LivePoints,
        Meta(description="Points of a panel that live reading stores: those of groups in use, or all"),
    ] = LivePoints.USED
    replay: Annotated[str, Meta(description="File or folder of recorded answers, one per cycle")] = ""
    request: Annotated[str, Meta(description="Request text put into the buffer; empty sends an empty buffer")] = (
        '{"action":15,"panelId":-1,"serialNumber":0}'
    )
    buffer_bytes: Annotated[
        int, Meta(ge=4096, le=1 << 30, description="Size of the answer buffer", extra={"unit": "bytes"})
    ] = 104_857_600
    sync_interval_secs: Annotated[
        int, Meta(ge=1, le=31_536_000, description="Time from one cycle to the next", extra={"unit": "s"})
    ] = 30
    timeout_seconds: Annotated[
        int, Meta(ge=1, le=600, description="Longest wait for an answer of T3000", extra={"unit": "s"})
    ] = 30
    retry_attempts: Annotated[
        int, Meta(ge=0, le=10, description="How often a starting T3000 (-2) is asked again", extra={"unit": "times"})
    ] = 3
    panels_logged: Annotated[
        int,
        Meta(
            ge=0,
            le=1000,
            description="Panels up to which each cycle's good news of every panel is written to the log",
            extra={"unit": "panels"},
        ),
    ] = 20
    auto_start: Annotated[bool, Meta(description="Start syncing with the program")] = True
    database: Annotated[str, Meta(description="Database URL (sqlite:///FILE); empty for the per-user file")] = ""
    recorded_types: Annotated[
        tuple[PointTypeName, ...], Meta(description="Point types whose values are stored; the others are only shown")
    ] = POINT_TYPE_NAMES
    unrecorded_panels: Annotated[
        tuple[Annotated[int, Meta(ge=1, lt=2**32)], ...],
        Meta(description="Serial numbers of panels that are shown but not stored"),
    ] = ()
    keep_samples_days: Annotated[
        int, Meta(ge=0, le=36_500, description="How long every sample is kept; 0: for ever", extra={"unit": "days"})
    ] = 0
    keep_daily_values_days: Annotated[
        int,
        Meta(
            ge=0,
            le=36_500,
            description="How long the daily values of samples that are no longer kept are kept; 0: for ever",
            extra={"unit": "days"},
        ),
    ] = 0
    keep_exceptions: Annotated[
        tuple[Kept, ...],
        Meta(description="Panels, types of points, or both, whose history is kept for another time"),
    ] = ()
    fill_from_t3000: Annotated[
        Filling,
        Meta(
            description="Whether T3000's own history fills what was missed while T3 Monitor was off or could not store"
        ),
    ] = Filling.ASK
    backups: Annotated[
        int,
        Meta(
            ge=0,
            le=365,
            description="How many daily backups of the database are kept; 0: none is made",
            extra={"unit": "backups"},
        ),
    ] = 3
    backup_folder: Annotated[str, Meta(description="Folder of the backups; empty for that of the database")] = ""
    demo_panels: Annotated[
        int, Meta(ge=1, le=200, description="Size of the simulated building", extra={"unit": "panels"})
    ] = 6
    appearance: Annotated[
        Appearance, Meta(description="Colours of the window: those of the desktop, light or dark")
    ] = Appearance.SYSTEM

    @property
    def is_real(self) -> bool:
        """Whether what is read is a T3000, and neither simulated nor recorded."""
        return self.link not in (LinkName.DEMO, LinkName.REPLAY)

    def with_values(self, **values: object) -> "Settings":
        """A copy with these values; raises SettingsError at the first that cannot be used."""
        return msgspec.structs.replace(self, **{name: checked(name, value) for name, value in values.items()})

    def at_site(self, site: Site) -> "Settings":
        """The settings as the service of one site sees them: there is no other site."""
        return msgspec.structs.replace(self, sites=(site,))

    def has_link_of(self, other: "Settings") -> bool:
        """Whether the same link serves both: no setting of T3000's group differs but zones, which are only shown."""
        if list(map(_without_zone, self.sites)) != list(map(_without_zone, other.sites)):
            return False
        return all(getattr(self, name) == getattr(other, name) for name in GROUPS["t3000"] if name != "sites")

    def kept(self, serial_number: int, point_type: str) -> Kept:
        """How long the history of a panel's points of a type is kept: as the exception says that tells most of it."""
        fitting = [
            kept
            for kept in self.keep_exceptions
            if kept.serial_number in (None, serial_number) and kept.point_type in (None, point_type)
        ]
        if not fitting:
            return Kept(samples_days=self.keep_samples_days, daily_values_days=self.keep_daily_values_days)
        return max(fitting, key=lambda kept: (kept.serial_number is not None, kept.point_type is not None))

    def cautions(self) -> list[str]:
        """Sentences about values that are allowed but will disappoint."""
        reads_cache = self.link == LinkName.WEBAPI and self.web_reading == WebReading.LOGGING_DATA
        has_cooldown = self.link == LinkName.LIBRARY or reads_cache
        if has_cooldown and self.sync_interval_secs < SHORTEST_REAL_INTERVAL_S:
            return [
                f"An interval of {self.sync_interval_secs} s is shorter than T3000's cooldown: it ignores calls less "
                f"than 15 s apart, so most cycles will find no new data; use {SHORTEST_REAL_INTERVAL_S} s or more"
            ]
        return []


# How the settings stand in their file; no setting has the name of a group.
GROUPS = {
    "t3000": (
        "link",
        "library",
        "sites",
        "web_reading",
        "live_points",
        "replay",
        "request",
        "buffer_bytes",
        "demo_panels",
    ),
    "sync": ("sync_interval_secs", "timeout_seconds", "retry_attempts", "panels_logged", "auto_start"),
    "recording": ("database", "recorded_types", "unrecorded_panels"),
    "history": ("keep_samples_days", "keep_daily_values_days", "keep_exceptions", "fill_from_t3000"),
    "backup": ("backups", "backup_folder"),
    "window": ("appearance",),
}


_FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}


_FILES = ("library", "replay", "backup_folder")
_CHOICES = {
    "link": LinkName,
    "web_reading": WebReading,
    "live_points": LivePoints,
    "fill_from_t3000": Filling,
    "appearance": Appearance,
}


def checked(name: str, value: object) -> Any:
    """The value as the setting has it; raises SettingsError if it cannot be that."""
    try:
        checked = msgspec.convert(value, _FIELDS[name].type)
        if isinstance(checked, str):
            _check_characters(name, checked)
    except ValueError:
        raise SettingsError(f"{name} cannot be {value!r}: it is {_allowed(name)}") from None
    if name == "sites":
        return checked_sites(checked)
    if name == "keep_exceptions":
        return _checked_exceptions(checked)
    if name == "request" and len(checked.encode()) > LONGEST_REQUEST_BYTES:
        raise SettingsError(f"{name} cannot be longer than {LONGEST_REQUEST_BYTES} bytes")
    return checked


def _checked_exceptions(exceptions: tuple[Kept, ...]) -> tuple[Kept, ...]:
    of_what = [(kept.serial_number, kept.point_type) for kept in exceptions]
    if (None, None) in of_what:
        raise SettingsError("keep_exceptions: each needs a serial_number, a point_type or both")
    if len(set(of_what)) < len(of_what):
        raise SettingsError("keep_exceptions: two are about the same; leave one out")
    return exceptions


def _without_zone(site: Site) -> tuple[str, str]:
    return site.name, site.url


def _check_characters(name: str, text: str) -> None:
    """Raises ValueError for what cannot be written down; the name of a file need be no text."""
    if "\0" in text:
        raise ValueError
    if name in _FILES:
        os.fsencode(text)
    else:
        text.encode()


def _allowed(name: str) -> str:
    if name in _CHOICES:
        return "one of " + ", ".join(_CHOICES[name])
    if name == "recorded_types":
        return "a list of " + ", ".join(POINT_TYPE_NAMES)
    if name == "unrecorded_panels":
        return "a list of serial numbers"
    if name == "keep_exceptions":
        return 'a list such as [{"serial_number": 237219, "point_type": "INPUT", "samples_days": 365}]'
    if name == "sites":
        return 'a list such as [{"name": "Office", "url": "http://127.0.0.1:9103", "zone": "America/New_York"}]'
    kind, meta = get_args(_FIELDS[name].type)
    if kind is int:
        return f"a whole number from {meta.ge} to {meta.le} ({meta.extra['unit']})"
    if kind is bool:
        return "true or false"
    return "a text of whole characters, none of them zero"
