"""The replay link: recorded answers from a file or a folder, one per cycle."""

import errno
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from pathlib import Path

import msgspec

from t3monitor.model.errors import NoNewDataError, UnreachableError
from t3monitor.t3000.link import Answer, Link
from t3monitor.t3000.text import path_text
from t3monitor.t3000.wire_json import WireError, read

# An entry of T3000's capture files (docs/t3000.md 10); the last one of a file may be cut off.
_CAPTURED = re.compile(rb"=== (?:Complete|Full) JSON Response ===\s*(.*?)\s*(?:=== End |\Z)", re.DOTALL)
_ACTION = b'"LOGGING_DATA_RES"'
_read_any = msgspec.json.Decoder(msgspec.Raw)


class ReplayLink(Link):
    """Gives the answers of ``path`` in order: a file's in the file's order, a folder's in the order of the names.

    A file holds one answer, or one on each line, or T3000's own captures (T3WebLog).
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._answers: Iterator[bytes] | None = None
        self._given = 0

    @property
    def description(self) -> str:
        """The file or folder."""
        return f"replay of {path_text(self._path)}"

    def fetch(self, timeout_s: float) -> Answer:  # noqa: ARG002 - reading a file needs no deadline
        """The next answer; raises NoNewDataError after the last, UnreachableError if the path cannot be read."""
        if self._answers is None:
            self._answers, self._given = self._read_all(), 0
        try:
            answer = next(self._answers, None)
        except OSError as error:
            self._answers = None
            raise UnreachableError(
                f"The recorded answers {path_text(self._path)} cannot be read ({error.strerror}); "
                "choose another file or folder"
            ) from error
        if answer is None:
            count = "1 answer" if self._given == 1 else f"{self._given} answers"
            raise NoNewDataError(f"The replay is over: {path_text(self._path)} holds {count}")
        self._given += 1
        return Answer(answer)

    def close(self) -> None:
        """Forgets the place."""
        self._answers = None

    def _read_all(self) -> Iterator[bytes]:
        if self._path.is_dir():
            for file in sorted(path for path in self._path.rglob("*") if path.is_file()):
                yield from _answers_of(file.read_bytes())
        elif self._path.is_file() or not self._path.exists():
            yield from _answers_of(self._path.read_bytes())
        else:  # a pipe, for one, might never end
            raise OSError(errno.EINVAL, "it is neither a file nor a folder")


def _answers_of(content: bytes) -> list[bytes]:
    """The answers of one file; what is no known kind of file is one answer, for the decoder to judge."""
    content = _as_utf8(content)
    if captured := _CAPTURED.findall(content):
        return [answer for answer in captured if _ACTION in answer]  # other calls are captured in the same files
    lines = [line for line in content.splitlines() if line.strip()]
    return lines if lines and _is_json(lines[0]) else [content]


def _as_utf8(content: bytes) -> bytes:
    """The content of a text file; Windows PowerShell and some editors save UTF-16, mostly with a mark at its begin."""
    if content.startswith(BOM_UTF16_LE) or content[1:2] == b"\0" != content[:1]:
        encoding = "utf-16-le"
    elif content.startswith(BOM_UTF16_BE) or content[:1] == b"\0" != content[1:2]:
        encoding = "utf-16-be"
    else:
        return content.removeprefix(BOM_UTF8)
    return content.decode(encoding, "replace").replace("\ufeff", "").encode("utf-8", "replace")


def _is_json(line: bytes) -> bool:
    try:
        read(_read_any, line)
    except WireError:
        return False
    return True
