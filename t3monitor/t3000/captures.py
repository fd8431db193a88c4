"""Recorded answers in files: T3000's captures (docs/t3000.md 10), and what other programs saved; line by line."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

import msgspec

from t3monitor.t3000.wire_json import WireError, read

ACTION = b'"LOGGING_DATA_RES"'
_CHUNK_BYTES = 1_000_000
_LARGEST_BYTES = 110_000_000  # T3000's own buffer holds 100 MB
_SHOWN_BYTES = 4096  # of what is of no known kind
_AT = rb"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"
_HEADER = re.compile(rb"=== [\w+ ]{1,80} " + _AT + rb"\] ===")
_LOG_LINE = _AT + rb" UTC\]"
_LOGGED = re.compile(_LOG_LINE + rb".{0,80}?JSON Content Preview \(FULL\): *")
_MARK = b"=== "
_BEGINS = b"=== Complete JSON Response ===", b"=== Full JSON Response ===", b"// response", b"// request"
_WRITTEN = re.compile(b"|".join((_HEADER.pattern, _LOG_LINE, *map(re.escape, _BEGINS))))
_ANSWERED = re.compile(
    rb'"action"\s*+:\s*+"\w{1,80}_RES"|"(?:debug|error)"\s*+:\s*+"(?:[ \w]{0,80}\bHandleWebViewMsg\b|MFC application )'
)
_read_any = msgspec.json.Decoder(msgspec.Raw)


class Recorded(NamedTuple):
    """An answer as it was recorded, perhaps cut off.

    ``at_s`` is when it was captured (UTC epoch seconds), if that is told.
    """

    body: bytes
    at_s: int | None = None


class _Gathered:
    """The lines of the answer that is being read, if any."""

    def __init__(self) -> None:
        self._lines: list[bytes] | None = None
        self._at_s: int | None = None
        self._size = 0

    @property
    def is_open(self) -> bool:
        return self._lines is not None

    def begin(self, at_s: int | None) -> None:
        self._lines, self._at_s, self._size = [], at_s, 0

    def add(self, line: bytes) -> None:
        self._size += len(line)
        if self._lines is not None and self._size <= _LARGEST_BYTES:
            self._lines.append(line)

    def taken(self, needed: bytes) -> Iterator[Recorded]:
        """The answer, if it has what is needed; it has ended."""
        body = b"\n".join(self._lines or ())
        if self._lines is not None and needed in body:
            yield Recorded(body, self._at_s)
        self._lines = None


def recorded_answers(file: BinaryIO) -> Iterator[Recorded]:
    """The answers of one file in its order; raises OSError.

    A file holds one answer, or one on each line, or captures, whose other calls are left out. What is of no known kind
    is one answer, of which the begin is enough for a decoder to judge.
    """
    gathered = _Gathered()
    at_s: int | None = None
    is_capture, shown = False, b""
    lines = _lines(file)
    for line in lines:
        if header := _HEADER.match(line):
            yield from gathered.taken(ACTION)  # cut off
            at_s, is_capture = _time(header), True
        elif logged := _LOGGED.match(line):
            yield from gathered.taken(ACTION)
            is_capture = True
            if ACTION in line:
                yield Recorded(line[logged.end() :], _time(logged))
        elif line.startswith(_BEGINS):
            yield from gathered.taken(ACTION)
            gathered.begin(at_s)
            is_capture = True
        elif line.startswith(_MARK):
            yield from gathered.taken(ACTION)
        elif gathered.is_open:
            gathered.add(line)
        elif is_capture or shown:
            continue
        elif _is_json(line):
            yield Recorded(line)
            yield from map(Recorded, lines)
            return
        elif line.startswith((b"{", b"[")):  # an answer of several lines
            gathered.begin(None)
            gathered.add(line)
        else:
            shown = line[:_SHOWN_BYTES]
    if is_capture:
        yield from gathered.taken(ACTION)
    elif gathered.is_open:
        yield from gathered.taken(b"")
    else:
        yield Recorded(shown)


def is_of_t3000(file: BinaryIO) -> bool:
    """Whether T3000 wrote the file, whatever its calls answered; raises OSError."""
    return any(_WRITTEN.match(line) or _ANSWERED.search(line) for line in _lines(file))


def _time(told: re.Match[bytes]) -> int | None:
    try:
        return int(datetime.fromisoformat(told[1].decode()).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """What stands on its lines, in UTF-8; a header that follows what was cut off begins one of its own."""
    rest = b""
    for chunk in _chunks(file):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield from _parts(line)
        if len(rest) > _LARGEST_BYTES:
            yield from _parts(rest)
            rest = b""
    yield from _parts(rest)


def _parts(line: bytes) -> Iterator[bytes]:
    line = line.strip()
    if header := _HEADER.search(line, 1):
        yield line[: header.start()]
        line = line[header.start() :]
    if line:
        yield line


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """The content of a text file; Windows PowerShell and some editors save UTF-16, mostly with a mark at its begin."""
    chunk = file.read(_CHUNK_BYTES)
    encoding = ""
    if chunk.startswith(BOM_UTF16_LE) or chunk[1:2] == b"\0" != chunk[:1]:
        encoding = "utf-16-le"
    elif chunk.startswith(BOM_UTF16_BE) or chunk[:1] == b"\0" != chunk[1:2]:
        encoding = "utf-16-be"
    elif b"\0" in chunk[:_SHOWN_BYTES]:  # it is no text
        yield chunk[:_SHOWN_BYTES]
        return
    decode = getincrementaldecoder(encoding)("replace").decode if encoding else None
    chunk = chunk.removeprefix(BOM_UTF8)
    while chunk:
        yield decode(chunk).replace("\ufeff", "").encode("utf-8", "replace") if decode else chunk
        chunk = file.read(_CHUNK_BYTES)
    if decode:
        yield decode(b"", final=True).encode("utf-8", "replace")


def _is_json(line: bytes) -> bool:
    try:
        read(_read_any, line)
    except WireError:
        return False
    return True
