"""A zip file that is written in one go, of which the same contents make the same bytes."""

import hashlib
import io
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from typing_extensions import Buffer, override

_EARLIEST_S, _LATEST_S = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (1980, 2107))  # that a zip can tell
_UNIX = 3
_RIGHTS = 0o100644 << 16
SUMS = "SHA256SUMS.txt"


class _Member(io.RawIOBase):
    """One file of it, whose bytes are counted into its sum."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.sha256 = hashlib.sha256()

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer) -> int:
        self.sha256.update(data)
        return self._target.write(data)

    @override
    def close(self) -> None:
        if not self.closed:
            self._target.close()
        super().close()


class Archive:
    """Files in a zip, in the order in which they are begun; all of them with one time, and at last their sums.

    ``time_s``: UTC epoch seconds, which a zip tells without a zone. The names say nothing of folders.
    """

    def __init__(self, target: BinaryIO, time_s: float) -> None:
        at = datetime.fromtimestamp(min(max(time_s, _EARLIEST_S), _LATEST_S), UTC)
        self._time = at.year, at.month, at.day, at.hour, at.minute, at.second
        self._zip = zipfile.ZipFile(target, "w")
        self._open: _Member | None = None
        self._members: dict[str, _Member] = {}

    def begin(self, path: Path) -> BinaryIO:
        """The next file, to write; the one before is finished. Raises OSError."""
        self._finish()
        about = zipfile.ZipInfo(path.name, self._time)
        about.compress_type, about.create_system, about.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _RIGHTS
        self._open = self._members[path.name] = _Member(cast(BinaryIO, self._zip.open(about, "w", force_zip64=True)))
        return cast(BinaryIO, self._open)

    def write(self, name: str, content: bytes) -> None:
        """Adds a file that is at hand."""
        self.begin(Path(name)).write(content)

    def end(self) -> None:
        """Adds the list of sums, as ``sha256sum -c`` reads it, and ends the file."""
        sums = "".join(f"{member.sha256.hexdigest()}  {name}\n" for name, member in self._members.items())
        self.write(SUMS, sums.encode())
        self._finish()
        self._zip.close()

    def give_up(self) -> None:
        """Ends it as it is, which nobody is to keep."""
        for close in (self._finish, self._zip.close):
            with suppress(OSError):  # why it is given up, perhaps: a full disk
                close()

    def _finish(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
