"""A PDF of Qt's with the time that it is of, instead of the one at which it was made, which Qt lets nobody choose."""

import re
from datetime import UTC, datetime

_INFO_DATE = re.compile(rb"(?<=Date \()D:[^)]*(?=\))")
_XMP_DATE = re.compile(rb'(?<=Date=")[^"]*(?=")')
_TABLE = re.compile(rb"^xref\n0 \d+ *\n(?:\d{10} \d{5} [nf][ \r]\n)+", re.MULTILINE)
_OFFSET = re.compile(rb"^(\d{10})(?= \d{5} n)", re.MULTILINE)
_START = re.compile(rb"(?<=\nstartxref\n)\d+(?= *\n%%EOF)")


def dated(pdf: bytes, time_s: float) -> bytes:
    """The same page, made at ``time_s`` (UTC epoch seconds); what follows a date of another length moves with it."""
    at = datetime.fromtimestamp(int(time_s), UTC)
    info, xmp = f"D:{at:%Y%m%d%H%M%S}Z".encode(), f"{at:%Y-%m-%dT%H:%M:%S}+00:00".encode()
    (table,) = _TABLE.finditer(pdf)
    changes = sorted(
        (found.start(), found.end(), by)
        for pattern, by in ((_INFO_DATE, info), (_XMP_DATE, xmp))
        for found in pattern.finditer(pdf, 0, table.start())
    )

    def moved(offset: int) -> int:
        return offset + sum(len(by) - (end - start) for start, end, by in changes if end <= offset)

    parts, done = [], 0
    for start, end, by in changes:
        parts += [pdf[done:start], by]
        done = end
    parts.append(pdf[done : table.start()])
    parts.append(_OFFSET.sub(lambda found: b"%010d" % moved(int(found[1])), table[0]))
    parts.append(_START.sub(lambda found: b"%d" % moved(int(found[0])), pdf[table.end() :]))
    return b"".join(parts)
