"""From the settings to the link they choose. Each is imported when it is chosen: nobody waits for the others'."""

import time
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from t3monitor.config.settings import LinkName, LivePoints, Settings
from t3monitor.model.errors import UnreachableError
from t3monitor.model.zones import zone_named
from t3monitor.t3000.link import Link

if TYPE_CHECKING:
    from t3monitor.t3000.webapi.link import WebApiLink


def open_link(settings: Settings) -> Link:
    """The link of ``settings.link``, not yet connected; raises UnreachableError if it lacks its file."""
    match settings.link:
        case None:
            raise UnreachableError("No way to reach T3000 is chosen; name one with --link or in the settings")
        case LinkName.DEMO:
            from t3monitor.simulation.link import DemoLink
            from t3monitor.simulation.place import place_of_building

            place = place_of_building(time.time())
            return DemoLink(settings.demo_panels, utc_offset_s=place.standard_offset_s, zone=place.zone)
        case LinkName.LIBRARY:
            if not settings.library:
                raise UnreachableError("No library is chosen; name its file with --library or in the settings")
            from t3monitor.t3000.library import LibraryLink

            return LibraryLink(Path(settings.library), request=settings.request, buffer_bytes=settings.buffer_bytes)
        case LinkName.WEBAPI:
            return web_link(settings)
        case LinkName.REPLAY:
            if not settings.replay:
                raise UnreachableError("No recording is chosen; name a file or folder with --file or in the settings")
            from t3monitor.t3000.replay import ReplayLink

            return ReplayLink(Path(settings.replay))


def site_zones(settings: Settings) -> dict[str, tzinfo]:
    """In which zones the sites are, by their names; those that are in this computer's have none.

    What is of no site, as panels of the past alone are, and those that no cycle told theirs yet, is in the zone that
    all sites are in.
    """
    match settings.link:
        case LinkName.WEBAPI | None:  # which is not chosen yet, as where only files are imported
            zones = {site.name: zone_named(site.zone) for site in settings.sites}
            if len({site.zone for site in settings.sites}) == 1:
                zones[""] = zone_named(settings.sites[0].zone)
        case LinkName.DEMO:
            from t3monitor.simulation.place import place_of_building

            zones = {"": place_of_building(time.time()).zone}
        case _:
            zones = {}  # T3000 is here
    return {name: zone for name, zone in zones.items() if zone}


def web_link(settings: Settings) -> "WebApiLink":
    """The web link to the first site."""
    from t3monitor.t3000.webapi.link import WebApiLink

    return WebApiLink(
        settings.sites[0].url,
        settings.web_reading,
        longest_answer_bytes=settings.buffer_bytes,
        reads_all=settings.live_points == LivePoints.ALL,
    )
