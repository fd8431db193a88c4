"""Readings for other programs as CSV: times in ISO 8601 UTC."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from t3monitor.config.files import WholeFiles
from t3monitor.exchange.cells import formula_free
from t3monitor.exchange.long_rows import TITLES, long_rows
from t3monitor.exchange.table import Table


def write_long(files: WholeFiles, file: Path, url: str, table: Table) -> Iterator[tuple[float, bool]]:
    """Writes the file while it is gone through; tells how much is done, and of each row whether it is a reading."""
    text = TextIOWrapper(files.begin(file), "utf-8", errors="replace", newline="")
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(TITLES)
        for share, (time_s, until_s, names, value, unit, state, low, high, cause, sentence) in long_rows(url, table):
            site, serial_number, *others = names
            writer.writerow(
                (
                    *(_iso(time_s), "" if until_s is None else _iso(until_s)),
                    *(formula_free(site), serial_number, *map(formula_free, others)),
                    *(_number(value), formula_free(unit), formula_free(state), _number(low), _number(high)),
                    *(cause, formula_free(sentence)),
                )
            )
            yield share, until_s is None
    finally:
        text.detach()


def _iso(time_s: float) -> str:
    at = datetime.fromtimestamp(time_s, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}{f'.{at.microsecond // 1000:03}' if at.microsecond else ''}Z"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"
