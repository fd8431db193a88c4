"""What the window watches, in a few words: for its title, its tool bar and its tree."""

from pathlib import Path
from urllib.parse import urlsplit

from t3monitor.config.settings import LinkName, Settings
from t3monitor.ui.kit.texts import translate

_SITES_NAMED = 2


def watched_text(settings: Settings) -> str:
    """``Simulated building``, ``Office, Plant``, ``3 T3000 computers``; empty as long as no link is chosen."""
    match settings.link:
        case LinkName.DEMO:
            return translate("MainWindow", "Simulated building")
        case LinkName.LIBRARY:
            return Path(settings.library).name
        case LinkName.WEBAPI:
            names = [site.name or urlsplit(site.url).netloc for site in settings.sites]
            if len(names) <= _SITES_NAMED:
                return ", ".join(names)
            return translate("MainWindow", "%d T3000 computers") % len(names)
        case LinkName.REPLAY:
            return translate("MainWindow", "Recording %s") % Path(settings.replay).name
        case None:
            return ""
