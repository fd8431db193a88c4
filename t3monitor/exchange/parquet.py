"""Readings for data analysis as a Parquet file, with typed columns; needs pyarrow, which is an optional package."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from t3monitor.config.files import WholeFiles
from t3monitor.exchange.long_rows import TITLES, LongRow, long_rows
from t3monitor.exchange.table import Table

_ROWS_AT_ONCE = 65_536
_TIME, _WORD, _NUMBER = pa.timestamp("ms", tz="UTC"), pa.dictionary(pa.int32(), pa.string()), pa.float64()
_TYPES = {"time": _TIME, "until": _TIME, "serial_number": pa.int64()} | dict.fromkeys(
    ("value", "lowest", "highest"), _NUMBER
)
_SCHEMA = pa.schema([(title, _TYPES.get(title, _WORD)) for title in TITLES])


def write_parquet(files: WholeFiles, file: Path, url: str, table: Table) -> Iterator[tuple[float, bool]]:
    """Writes the file while it is gone through; tells how much is done, and of each row whether it is a reading."""
    rows: list[LongRow] = []
    with ParquetWriter(files.begin(file), _SCHEMA, compression="zstd") as writer:
        for share, row in long_rows(url, table):
            rows.append(row)
            if len(rows) == _ROWS_AT_ONCE:
                writer.write_batch(_batch(rows))
                rows.clear()
            yield share, row.until is None
        if rows:
            writer.write_batch(_batch(rows))


def _batch(rows: Sequence[LongRow]) -> pa.RecordBatch:
    """What is not told, or has no sense in a row, is null."""
    cells = [
        (round(1000 * row.time), None if row.until is None else round(1000 * row.until), *row.names, *row[3:])
        for row in rows
    ]
    columns = [[None if cell == "" else cell for cell in column] for column in zip(*cells, strict=True)]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    return pa.record_batch(arrays, _SCHEMA)
