"""``t3monitor import --from-t3000``: holes that came about on our side are filled from T3000's own history."""

import argparse
import threading
from functools import partial

import msgspec

from t3monitor.commands import exit_codes
from t3monitor.commands.importing import own_keeper
from t3monitor.commands.options import settings_told
from t3monitor.commands.printing import say
from t3monitor.commands.signals import on_end_signals
from t3monitor.commands.waiting import done
from t3monitor.config.errors import SettingsError
from t3monitor.config.paths import user_paths
from t3monitor.config.settings import Filling, Settings
from t3monitor.exchange.reports import counted
from t3monitor.model.clock import SystemClock
from t3monitor.model.errors import RefusedError
from t3monitor.model.events import FillEnded
from t3monitor.model.times import duration_text
from t3monitor.store.keeper import Keeper
from t3monitor.store.work import LongWork
from t3monitor.sync.filling import Filler
from t3monitor.sync.links import open_link
from t3monitor.sync.logged.points import left_out_texts
from t3monitor.sync.sites import settings_by_site
from t3monitor.t3000.link import Link


def fill(args: argparse.Namespace) -> int:
    """Asks each T3000 computer for what is missing, says what came of it, and returns the exit code."""
    if args.files or args.dry_run:
        raise SettingsError("import --from-t3000: neither files nor --dry-run go with it")
    settings, _ = settings_told(args)
    if args.zone is not None:
        sites = [{"url": its.url, "name": its.name, "zone": args.zone} for its in settings.sites]
        settings = settings.with_values(sites=sites)
    settings = msgspec.structs.replace(settings, fill_from_t3000=Filling.ALWAYS)
    url = args.database or user_paths().database_url(settings)
    is_ended = threading.Event()
    code = exit_codes.GOOD
    with own_keeper(url, settings) as keeper:
        for site, its in settings_by_site(settings).items():
            link = open_link(its)
            if not link.tells_history:
                raise RefusedError("Only T3000's web service tells what it logged: name it with --url")

            def end(_: int, link: Link = link) -> None:
                is_ended.set()
                link.interrupt()

            on_end_signals(end)
            try:
                ended = done(partial(_filled, site, its, url, keeper, link, is_ended), LongWork())
            finally:
                link.close()
            if is_ended.is_set():
                return exit_codes.INTERRUPTED
            say(f"{site}: {_told(ended)}" if site else _told(ended))
            if ended and ended.problem:
                code = exit_codes.FAILED
    return code


def _filled(
    site: str, settings: Settings, url: str, keeper: Keeper, link: Link, is_ended: threading.Event
) -> FillEnded | None:
    """All questions one after the other; what goes wrong ends it, and once more begins it anew."""
    filler = Filler(site, settings, url, SystemClock())
    while not (filler.is_over or is_ended.is_set()):
        if isinstance(ended := filler.step(link, keeper, settings.timeout_seconds), FillEnded):
            return ended
    return None


def _told(ended: FillEnded | None) -> str:
    if ended is None:
        return "Nothing is missing that T3000 could have logged instead"
    told = ended.problem
    if ended.missing_s:
        share = f"{duration_text(ended.filled_s)} of {duration_text(ended.missing_s)}"
        samples = counted(ended.samples, "sample")
        told = f"Filled from T3000's own history: {samples}, {share}" + (f"; {told}" if told else "")
    return "\n".join((told, *(f"  {text}" for text in left_out_texts(ended.left_out))))
