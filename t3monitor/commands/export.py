"""``t3monitor export``: readings as files, for spreadsheets and for other programs."""

import argparse
import sys
import time
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo
from functools import partial

from t3monitor.commands import exit_codes
from t3monitor.commands.chosen import chosen_points, known_panels
from t3monitor.commands.options import settings_told
from t3monitor.commands.point_lists import written_differences, written_list
from t3monitor.commands.printing import say
from t3monitor.commands.signals import on_end_signals
from t3monitor.commands.waiting import done
from t3monitor.config.errors import SettingsError
from t3monitor.config.paths import user_paths, whole_path
from t3monitor.config.settings import Settings
from t3monitor.exchange.export import Form, Split, estimated, write
from t3monitor.exchange.table import DAY_S, Rule, Separators, Table, TableSeries
from t3monitor.model.errors import MonitorError
from t3monitor.model.local_days import begin_of
from t3monitor.model.points import Point, PointKey
from t3monitor.model.snapshot import Panel
from t3monitor.model.zones import zone_named
from t3monitor.store.reading import give_up_when
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.sync.links import site_zones


def export(args: argparse.Namespace) -> int:
    """Says how large it gets, writes the files, says where they are, and returns the exit code."""
    work = LongWork()
    on_end_signals(lambda _: work.cancel())
    settings, warnings = settings_told(args)
    url = args.database or user_paths().database_url(settings)
    try:
        if args.points or args.ede or args.differences:
            write_it = written_differences if args.differences else written_list
            told = write_it(args, settings, url, partial(_zone, args, settings), _separators(args))
        else:
            table = _table(args, settings, url, time.time())
            if args.evidence:
                from t3monitor.commands.evidence import evidence_written  # which alone needs Qt

                told = evidence_written(args, url, table, (settings, warnings), work)
            else:
                told = done(lambda: _written(args, url, table, work), work)
    except OSError as error:
        print(f"{args.output} could not be written: {error.strerror or error}", file=sys.stderr)
        return exit_codes.FAILED
    say(told)
    return exit_codes.GOOD


def _written(args: argparse.Namespace, url: str, table: Table, work: LongWork) -> str:
    form = Form.EXCEL if args.excel else Form.LONG if args.long else Form.PARQUET if args.parquet else Form.CSV
    file, split = whole_path(args.output, "FILE"), Split(args.split) if args.split else None
    give_up_when(lambda: work.is_cancelled)
    try:
        size = estimated(url, table, form, split)
        print(size.sentence(form), file=sys.stderr, flush=True)
        written = write(url, table, file, form, work, split)
    except MonitorError:
        if work.is_cancelled:
            raise CancelledWorkError from None
        raise
    names = f"{written.files[0]} and {len(written.files) - 1} more" if len(written.files) > 1 else f"{written.files[0]}"
    return f"Written: {names}, {'rows' if table.every_s else 'readings'}: {written.readings:,}"


def _table(args: argparse.Namespace, settings: Settings, url: str, now_s: float) -> Table:
    """What is asked for; raises SettingsError where that is nothing, and DatabaseError."""
    if not args.excel and args.output.lower().endswith(".xlsx"):
        raise SettingsError(f"{args.output} would be no Excel file; write --excel, or choose a name that ends in .csv")
    if args.evidence != args.output.lower().endswith(".zip"):
        choice = "choose a name that ends in .zip" if args.evidence else "write --evidence"
        raise SettingsError(f"{args.output} would be no evidence pack; {choice}")
    if args.evidence and (args.every or args.split):
        raise SettingsError("--evidence has every reading in one file; leave --every and --files out")
    panels = known_panels(url)
    series = list(dict.fromkeys(_series(*chosen) for chosen in chosen_points(args, panels)))
    if not series:
        raise SettingsError("There is no point to export; name some with --point SERIAL/IN1 or --panel SERIAL")
    zone = _zone(args, settings, [panels[its.serial_number].site for its in series])
    end_s = min(_time_s(args.until, "--to", zone, now_s, is_end=True), now_s)
    start_s = _time_s(args.since, "--from", zone, now_s) if args.since else end_s - DAY_S
    if start_s >= end_s:
        raise SettingsError("--from: the time begins after its end, or after now")
    takes_end = end_s == now_s or not _is_day(args.until)
    return Table(series, start_s, end_s, now_s, zone, _separators(args), None, args.every, Rule(args.rule), takes_end)


def _series(panel: Panel, point: Point) -> TableSeries:
    key = PointKey(panel.serial_number, point.point_type, point.point_index)
    label = point.label or point.full_label
    return TableSeries(key, panel.site, panel.panel_name, point.point_id, label)


def _zone(args: argparse.Namespace, settings: Settings, sites: list[str]) -> tzinfo | None:
    """The one that is named; that of the sites, where all are in one; else that of this computer."""
    if args.zone:
        if zone := zone_named(args.zone):
            return zone
        raise SettingsError(f"--zone: {args.zone} is no time zone; give an IANA name such as America/New_York")
    zones = site_zones(settings)
    of_sites = {zones.get(site) for site in sites}
    return of_sites.pop() if len(of_sites) == 1 else None


def _time_s(text: str, option: str, zone: tzinfo | None, now_s: float, *, is_end: bool = False) -> float:
    """UTC epoch seconds of what was written; a day alone is its begin, or its end."""
    if text == "now":
        return now_s
    with suppress(ValueError):
        if _is_day(text):
            return begin_of(date.fromisoformat(text) + timedelta(days=is_end), zone)
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    raise SettingsError(f"{option}: {text} is no time; write 2026-11-27, 2026-11-27T14:00 or 2026-11-27T14:00+01:00")


def _is_day(text: str) -> bool:
    return len(text) == len("2026-11-27")


def _separators(args: argparse.Namespace) -> Separators:
    if args.separators:
        return Separators(*args.separators)
    from t3monitor.qt.separators import separators  # as in the window; Python's own need a locale that is installed

    return separators()
