"""``t3monitor export --evidence``: draws the picture where nobody sees it, and has the pack written."""

import argparse
import sys

from PySide6.QtCore import qVersion

from t3monitor.commands.off_screen import off_screen
from t3monitor.commands.waiting import done
from t3monitor.config.paths import whole_path
from t3monitor.config.settings import Settings
from t3monitor.exchange.evidence.pack import Evidence, Picture, as_of_end, write_evidence
from t3monitor.exchange.export import Form, estimated
from t3monitor.exchange.table import Table
from t3monitor.model.errors import MonitorError
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.store.reading import give_up_when
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.ui.trend.export.evidence_picture import drawn


def evidence_written(
    args: argparse.Namespace, url: str, table: Table, settings: tuple[Settings, list[str]], work: LongWork
) -> str:
    """Writes the pack and says where it is; ``settings`` come with what of their file cannot be used.

    Raises OSError, SettingsError, DatabaseError and CancelledWorkError.
    """
    file = whole_path(args.output, "FILE")
    table, panels = as_of_end(url, table)
    evidence = Evidence(table, _drawn(url, table, panels, work), *settings, qVersion())

    def write() -> str:
        give_up_when(lambda: work.is_cancelled)
        try:
            print(estimated(url, table, Form.CSV).sentence(Form.CSV), file=sys.stderr, flush=True)
            written = write_evidence(url, evidence, file, work)
        except MonitorError:
            if work.is_cancelled:
                raise CancelledWorkError from None
            raise
        return f"Written: {written.files[0]}, readings: {written.readings:,}"

    return done(write, work)


def _drawn(url: str, table: Table, panels: dict[int, Panel], work: LongWork) -> Picture:
    known = Snapshot(int(table.end_s), (), silent=tuple(panels.values()))  # told by name; nothing live is shown
    with off_screen() as loop:
        return loop.run_until_complete(drawn(url, table, known, work))
