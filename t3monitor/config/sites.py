"""The T3000 computers of the settings: what each of them is, and which can be used."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from t3monitor.config.errors import SettingsError

LARGEST_SITE_COUNT = 32
WEB_PORT = 9103
DEFAULT_WEB_URL = "http://127.0.0.1:9103"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One T3000 computer: its name, which may be empty if it is the only one, and the URL of its web service.

    ``zone`` is the IANA name of the time zone that it stands in; empty for that of this computer.
    """

    name: Annotated[str, Meta(max_length=40)] = ""
    url: Annotated[str, Meta(max_length=200)] = DEFAULT_WEB_URL
    zone: Annotated[str, Meta(max_length=64)] = ""


def checked_sites(sites: Sequence[Site]) -> tuple[Site, ...]:
    """The sites with their URLs in one form; raises SettingsError for the first one that cannot be used."""
    if not 1 <= len(sites) <= LARGEST_SITE_COUNT:
        raise SettingsError(f"sites cannot be {len(sites)}: there are 1 to {LARGEST_SITE_COUNT} T3000 computers")
    checked = tuple(
        Site(name=_site_name(site.name), url=web_url(site.url), zone=_site_zone(site.zone)) for site in sites
    )
    if len(checked) > 1 and not all(site.name for site in checked):
        raise SettingsError("sites: give each of several T3000 computers a name")
    for what, values in (("name", [site.name for site in checked]), ("URL", [site.url for site in checked])):
        repeated = next((value for value in values if values.count(value) > 1), None)
        if repeated is not None:
            raise SettingsError(f"sites: two have the {what} {repeated!r}; each T3000 computer needs its own")
    return checked


def web_url(text: str) -> str:
    """The URL of a T3000 web service, completed and in one form; raises SettingsError for what is none."""
    typed = text.strip()
    try:
        parts = urlsplit(typed if "://" in typed else f"http://{typed}")
        port = parts.port if parts.port is not None else WEB_PORT if parts.scheme == "http" else None
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:  # a port that is none, brackets that do not close, a name that is too long
        raise SettingsError(_no_url(text)) from None
    odd = port == 0 or parts.username is not None or parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not host or odd or not host.isprintable() or " " in host:
        raise SettingsError(_no_url(text))
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def _no_url(text: str) -> str:
    return f"{text!r} is not the address of a T3000 web service; it looks like {DEFAULT_WEB_URL}"


def _site_name(name: str) -> str:
    if not name.isprintable():
        raise SettingsError(f"sites: the name {name!r} has characters that cannot be shown; use letters and digits")
    return " ".join(name.split())


def _site_zone(zone: str) -> str:
    name = zone.strip()
    if name:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, LookupError):  # by its kind: a path, a folder, no such file
            raise SettingsError(
                f"sites: there is no time zone {name!r}; give a name such as America/New_York, or none for that of "
                "this computer"
            ) from None
    return name
